#!/usr/bin/env python3
"""Draws screens of the console as one SVG, from real frames: what a tmux pane holds after some keys were pressed.

usage: picture.py BINARY OUT.svg      (needs tmux, and the variables of an estate: quarterdeck demo --serve --incident bad-deploy)
"""
import html, re, subprocess, sys, time

COLS, ROWS, CELL, LINE = 100, 20, 8.4, 18
INK, PAPER = "#d0d4dc", "#101418"
BASIC = ["#101418", "#e05561", "#8cc265", "#d6a04f", "#5c9fe0", "#b078d6", "#4fb8c4", "#d0d4dc",
         "#5c6370", "#ff6b76", "#a5e075", "#f0c060", "#75b8ff", "#d08fff", "#70d8e0", "#ffffff"]

# What is shown: a caption, the arguments, and the keys that lead there.
SCREENS = [
    ("A VPC's instances", ["--at", "vpc"], ["/", "role:app", "Enter", "Enter", "S", "ROLE", "Enter"]),
    ("Pods, the broken ones first", ["--at", "pod"], ["S", "READY", "Enter"]),
    ("What all pods of a region say, and how much of it when", ["--at", "log-group"], ["/", "application", "Enter", "l", "i"]),
]


def tmux(*words):
    return subprocess.run(["tmux", "-L", "quarterdeck-picture", *words], check=True, capture_output=True, text=True).stdout


def frame(binary, arguments, keys):
    tmux("new-session", "-d", "-s", "shot", "-x", str(COLS), "-y", str(ROWS), " ".join([binary, *arguments]))
    try:
        time.sleep(2)
        for key in keys:
            tmux("send-keys", "-t", "shot", key)
            time.sleep(0.7)
        time.sleep(1)
        return tmux("capture-pane", "-e", "-p", "-t", "shot").split("\n")[:ROWS]
    finally:
        tmux("kill-server")


def colour(codes, own):
    """One of SGR's colours: 256 and true colour after 38 and 48, else one of the sixteen."""
    kind = next(codes, 5)
    if kind == 2:
        return "#%02x%02x%02x" % tuple(next(codes, 0) for _ in range(3))
    n = next(codes, 0)
    if n < 16:
        return BASIC[n]
    if n > 231:
        return "#%02x%02x%02x" % ((8 + (n - 232) * 10,) * 3)
    n -= 16
    return "#%02x%02x%02x" % tuple(0 if c == 0 else 55 + c * 40 for c in (n // 36, n // 6 % 6, n % 6))


def runs(line):
    """Pieces of a line with the look they have."""
    look = dict(fg=INK, bg=PAPER, bold=False, dim=False, reverse=False, under=False)
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        if not part.startswith("\x1b"):
            if part:
                yield part, dict(look)
            continue
        codes = iter([int(c or 0) for c in part[2:-1].split(";")])
        for code in codes:
            if code == 0:
                look.update(fg=INK, bg=PAPER, bold=False, dim=False, reverse=False, under=False)
            elif code in (1, 2, 4, 7):
                look[{1: "bold", 2: "dim", 4: "under", 7: "reverse"}[code]] = True
            elif code == 22:
                look.update(bold=False, dim=False)
            elif code in (24, 27):
                look["under" if code == 24 else "reverse"] = False
            elif 30 <= code <= 37 or 90 <= code <= 97:
                look["fg"] = BASIC[code - 30 if code < 40 else code - 82]
            elif 40 <= code <= 47 or 100 <= code <= 107:
                look["bg"] = BASIC[code - 40 if code < 50 else code - 92]
            elif code in (38, 48):
                look["fg" if code == 38 else "bg"] = colour(codes, look)
            elif code in (39, 49):
                look["fg" if code == 39 else "bg"] = INK if code == 39 else PAPER


def draw(lines, top):
    out = [f'<rect x="0" y="{top}" width="{COLS * CELL + 20:.0f}" height="{ROWS * LINE + 16}" rx="6" fill="{PAPER}"/>']
    for row, line in enumerate(lines):
        at, y = 0, top + 8 + row * LINE
        for text, look in runs(line):
            fg, bg = (look["bg"], look["fg"]) if look["reverse"] else (look["fg"], look["bg"])
            if bg != PAPER:
                out.append(f'<rect x="{10 + at * CELL:.1f}" y="{y}" width="{len(text) * CELL:.1f}" height="{LINE}" fill="{bg}"/>')
            if text.strip():
                style = (' font-weight="bold"' if look["bold"] else "") + (' opacity=".65"' if look["dim"] else "")
                out.append(f'<text x="{10 + at * CELL:.1f}" y="{y + 13.5}" fill="{fg}" textLength="{len(text) * CELL:.1f}"{style}>'
                           f"{html.escape(text)}</text>")
            at += len(text)
    return out


def main():
    binary, path = sys.argv[1:]
    step = ROWS * LINE + 50
    body = []
    for n, (caption, arguments, keys) in enumerate(SCREENS):
        body.append(f'<text x="10" y="{n * step + 18}" fill="#707884" font-weight="bold">{caption}</text>')
        body += draw(frame(binary, arguments, keys), n * step + 26)
    with open(path, "w", encoding="utf-8") as file:
        file.write(f'<svg xmlns="http://www.w3.org/2000/svg" width="{COLS * CELL + 20:.0f}" height="{step * len(SCREENS)}" '
                   'font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="14" xml:space="preserve">\n')
        file.write("\n".join(body) + "\n</svg>\n")


main()
