// The grid by keyboard: one cell has the focus, arrows lead on, Enter marks, Shift resizes, Ctrl or Alt moves, Delete removes.
import { DAY, plusDays, wallTime } from "./dates.js";
import { SLOT } from "./grid.js";

const SNAP = 15; // minutes
const STEPS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

export class Cursor {
  constructor(grid, week, composer) {
    this.grid = grid;
    this.week = week;
    this.composer = composer;
    this.column = 0;
    this.minutes = 9 * 60;
    grid.root.addEventListener("keydown", (event) => this.pressed(event));
    grid.root.addEventListener("focusin", (event) => this.entered(event.target));
  }

  // The frame was drawn anew: the same cell, as far as there is one, has the focus or may get it.
  restore(hadFocus) {
    this.column = Math.min(this.column, this.grid.days.length - 1);
    this.minutes = Math.min(Math.max(this.minutes, this.grid.from), this.grid.to - SLOT);
    this.set(this.column, this.minutes, hadFocus);
  }

  set(column, minutes, focus) {
    const before = this.grid.cell(this.column, this.minutes);
    if (before) before.tabIndex = -1;
    Object.assign(this, { column, minutes: Math.floor(minutes / SLOT) * SLOT });
    const cell = this.grid.cell(this.column, this.minutes);
    cell.tabIndex = 0;
    if (!focus) return;
    cell.setAttribute("aria-label", this.week.tell(this.column, this.minutes));
    cell.focus();
  }

  entered(cell) {
    for (const [place, one] of this.grid.cells) {
      if (one !== cell) continue;
      const [column, minutes] = place.split(" ").map(Number);
      this.set(column, minutes, false);
    }
  }

  pressed(event) {
    if (event.target.getAttribute("role") !== "gridcell" || event.metaKey) return;
    const act = this.meaning(event);
    if (!act) return;
    event.preventDefault();
    act();
  }

  meaning(event) {
    const row = this.week.rowAt(this.column, this.minutes);
    const step = STEPS[event.key];
    if (step && (event.shiftKey || event.ctrlKey || event.altKey)) {
      if (!row) return () => this.composer.say(this.composer.words.nothing);
      return event.shiftKey ? () => this.resize(row, step) : () => this.move(row, step);
    }
    if (step) return () => this.go(step);
    const { length } = this.grid.days;
    return {
      Enter: () => this.mark(row),
      " ": () => this.mark(row),
      Delete: () => row && this.composer.remove(row),
      Backspace: () => row && this.composer.remove(row),
      Home: () => this.set(0, this.minutes, true),
      End: () => this.set(length - 1, this.minutes, true),
      PageUp: () => this.turn(-1),
      PageDown: () => this.turn(1),
    }[event.key];
  }

  mark(row) {
    if (row) row.startField.focus();
    else this.week.mark(this.column, this.minutes);
  }

  go([days, slots]) {
    const { grid } = this;
    const column = this.column + days;
    const minutes = this.minutes + slots * SLOT;
    if (column < 0 || column >= grid.days.length) this.turn(days, column < 0 ? Infinity : 0);
    else if (minutes >= 0 && minutes < DAY) {
      this.week.widen(minutes);
      this.set(column, minutes, true);
    }
  }

  turn(steps, column = this.column) {
    this.column = column;
    this.week.turn(steps); // draws the days anew; the cursor follows by restore
  }

  resize(row, [days, slots]) {
    if (days) return;
    const { start, end } = row.span;
    const wanted = new Date(end.valueOf() + slots * SNAP * 60000);
    if (wanted > start && wanted <= wallTime(start, DAY)) this.composer.move(row, start, wanted);
  }

  move(row, [days, slots]) {
    const { start, end } = row.span;
    const begin = days ? wallTime(plusDays(start, days), start.getHours() * 60 + start.getMinutes()) : new Date(start.valueOf() + slots * SNAP * 60000);
    const after = new Date(begin.valueOf() + (end - start));
    if (after > wallTime(begin, DAY) || (!days && begin < wallTime(start, 0))) return;
    this.composer.move(row, begin, after);
    this.week.follow(begin, this);
  }
}
