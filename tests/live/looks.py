"""What can be measured of a page's looks: width, order of tabbing, visible focus, contrast, names.

Playwright runs these functions in the page by its own means, so the page's policy does not stop them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from playwright.sync_api import Page

CONTROLS = (
    "a[href], button:not([disabled]), input:not([type=hidden]), select, textarea, summary, [tabindex='0']"
)

MARK = f"""() => {{
  const shown = [...document.querySelectorAll({CONTROLS!r})].filter((found) => found.checkVisibility());
  shown.forEach((found, index) => {{ found.dataset.control = String(index); }});
  return shown.length;
}}"""

FOCUSED = """() => {
  const here = document.activeElement;
  if (here === null || here.dataset.control === undefined) return null;
  const style = getComputedStyle(here);
  const box = here.getBoundingClientRect();
  return {
    control: Number(here.dataset.control),
    outline: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
    inside: box.left >= 0 && box.right <= innerWidth && box.bottom > 0 && box.top < innerHeight,
  };
}"""

PALE = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const luminance = (colour) => {
    const [r, g, b] = colour.slice(0, 3).map((part) => {
      const value = part / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  };
  const pale = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (walker.currentNode.data.trim() === "" || !element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    const [a, b] = [luminance(rgba(style.color)), luminance(behind(element))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) pale.push(`${walker.currentNode.data.trim()}: ${ratio.toFixed(2)}`);
  }
  return pale;
}"""

NAMELESS = re.compile(r"^\s*- (?:button|link|textbox|img)(?: \[[^\]]*\])*:?\s*$")


@dataclass(frozen=True, slots=True)
class Stop:
    """Where one press of Tab led: which control, its outline's width in pixels, whether it is seen."""

    control: int
    outline: float
    inside: bool


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    return int(page.evaluate("() => document.documentElement.scrollWidth - innerWidth"))


def walk(page: Page) -> tuple[int, Sequence[Stop]]:
    """How many controls the page has, and the stops of going through it with the Tab key."""
    count = int(page.evaluate(MARK))
    page.evaluate("() => document.activeElement?.blur()")
    page.evaluate("() => { document.body.tabIndex = -1; document.body.focus(); }")
    stops: list[Stop] = []
    for _ in range(count):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused is not None:
            stops.append(Stop(**focused))
    return count, stops


def pale_texts(page: Page) -> Sequence[str]:
    """Texts with a contrast under 4.5 to 1 (WCAG 2.2, criterion 1.4.3), with their contrast."""
    return [str(text) for text in page.evaluate(PALE)]


def nameless(page: Page) -> Sequence[str]:
    """Controls and pictures without a name that a screen reader could say."""
    lines = page.locator("body").aria_snapshot().splitlines()
    return [line for line in lines if NAMELESS.match(line)]
