"""``blockplan serve``: the web service on this machine."""

from __future__ import annotations

import click


@click.command(epilog="Example: blockplan serve --demo --data build/portal")
@click.option(
    "--data",
    type=click.Path(file_okay=False),
    metavar="DIR",
    help="Folder of keys, files and database; default: blockplan-data.",
)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--database", metavar="URL", help="postgresql://... ; without it SQLite in the data folder.")
@click.option("--demo", is_flag=True, help="Put the reference plan (synthetic) on notice from today on.")
@click.option(
    "--setup-link",
    is_flag=True,
    help="Print a new link for an administrator, and serve nothing; the last link ends.",
)
def command(data: str | None, port: int, database: str | None, demo: bool, setup_link: bool) -> None:
    """
    Serve notices to read and to comment on; on an empty folder it sets itself up.

    It listens on this machine alone. For others put a server with a certificate in front, and write its
    address into blockplan.toml of the data folder.
    """
    import os

    from blockplan.portal import serve

    local = None if "BLOCKPLAN_ADDRESS" in os.environ else f"http://localhost:{port}"
    config = serve.set_up(data=data, database=database, address=local)
    link = serve.setup_link(config, again=setup_link)
    if link:
        click.echo(f"To make the account of an administrator (once, within 24 hours):\n  {link}", err=True)
    if setup_link:
        return
    click.echo(f"Serving on http://127.0.0.1:{port}; for readers: {config.address}", err=True)
    if demo:
        from blockplan.cli.demo import example
        from blockplan.portal.demo import open_demo

        name = open_demo(config, example())
        click.echo(f"Demonstration notice: {config.address}/en/notices/{name}/", err=True)
    serve.run(config, port)
