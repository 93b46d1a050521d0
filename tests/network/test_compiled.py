"""Kernels are kept for the next process where that is allowed, and compiled all the same where it is not."""

from __future__ import annotations

from typing import Any

from blockplan.network import compiled as module


def double(number: int) -> int:
    return 2 * number


def test_a_kernel_is_kept_on_disk(monkeypatch) -> None:
    asked: list[dict[str, Any]] = []
    monkeypatch.setattr(
        module, "njit", lambda **options: asked.append(options) or (lambda function: function)
    )
    assert module.compiled(double)(3) == 6
    assert asked == [{"cache": True, "nogil": True}]


def test_where_nothing_can_be_written_a_kernel_is_compiled_without_being_kept(monkeypatch) -> None:
    def njit(**options: bool) -> Any:
        def refuse(function: Any) -> Any:
            if options.get("cache"):
                raise RuntimeError("cannot cache function")
            return function

        return refuse

    monkeypatch.setattr(module, "njit", njit)
    assert module.compiled(double)(3) == 6
