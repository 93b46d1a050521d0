"""QR codes as SVG: an address that a phone can read from paper."""

from __future__ import annotations

from markupsafe import escape

from blockplan.errors import UsageError

#: Light rim that a reader needs, in modules.
QUIET = 4
#: What fits the largest code that repairs itself where 15 % of it are damaged.
MOST_BYTES = 2331


def qr_svg(text: str, said: str = "") -> str:
    """
    A QR code as an SVG file; 15 % of it may be damaged.

    Parameters
    ----------
    said
        A sentence for who cannot see it.

    Raises
    ------
    UsageError
        If the text is empty or longer than a code can hold.
    """
    import qrcode  # noqa: PLC0415 (only prints and receipts need it)

    size = len(text.encode("utf-8"))
    if not 0 < size <= MOST_BYTES:
        raise UsageError(
            f"A QR code holds 1 to {MOST_BYTES:,} bytes; this text has {size:,}. Shorten the address."
        )
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=QUIET)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    d = "".join(
        f"M{column} {row}h1v1h-1z"
        for row, cells in enumerate(rows)
        for column, dark in enumerate(cells)
        if dark
    )
    side = len(rows)
    title = f"<title>{escape(said)}</title>" if said else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" role="img" '
        f'shape-rendering="crispEdges">{title}<rect width="{side}" height="{side}" fill="#ffffff"/>'
        f'<path d="{d}" fill="#000000"/></svg>'
    )
