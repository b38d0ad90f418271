// Days as columns and half hours as cells; over them everybody's blocks and the candidates, side by side where they overlap.
// It knows where a time stands and what time stands at a point. What there is to draw comes from outside.
import { DAY, iso, minutesOf, wallTime } from "./dates.js";

export const SLOT = 30; // minutes a cell

const make = (name, classes, text = "") => {
  const element = document.createElement(name);
  element.className = classes;
  element.textContent = text;
  return element;
};

// The part of a time that lies in a day, in minutes since its midnight; null where none does.
export function within(day, { start, end }) {
  const begin = wallTime(day, 0);
  const after = wallTime(day, DAY);
  if (end <= begin || start >= after) return null;
  return { from: start <= begin ? 0 : minutesOf(start), to: end >= after ? DAY : minutesOf(end) };
}

// Gives what overlaps a lane each. `of` is how many there are side by side.
function inLanes(spans) {
  let group = [];
  let ends = [];
  const close = () => {
    for (const one of group) one.of = ends.length;
    [group, ends] = [[], []];
  };
  for (const span of spans.sort((one, other) => one.from - other.from || other.to - one.to)) {
    if (ends.every((end) => end <= span.from)) close();
    const free = ends.findIndex((end) => end <= span.from);
    span.lane = free < 0 ? ends.length : free;
    ends[span.lane] = span.to;
    group.push(span);
  }
  close();
  return spans;
}

export class Grid {
  // `name` is what the grid is called, `dates` writes its days and hours.
  constructor(root, name, dates) {
    this.root = root;
    this.name = name;
    this.dates = dates;
    this.days = [];
  }

  // Draw days from one minute of the day to another, when they are not there already; whether anything changed.
  frame(days, from, to) {
    const asked = `${days.map(iso)} ${from} ${to}`;
    if (asked === this.framed) return false;
    Object.assign(this, { framed: asked, days, from, to, cells: new Map() });
    const table = make("div", "grid");
    table.setAttribute("role", "grid");
    table.setAttribute("aria-label", this.name);
    table.style.setProperty("--days", days.length);
    this.allDay = make("div", "grid-row grid-all-day");
    this.rows = make("div", "grid-rows");
    this.rows.setAttribute("role", "rowgroup");
    for (let minutes = from; minutes < to; minutes += SLOT) this.rows.append(this.row(minutes));
    const over = make("div", "grid-over");
    over.setAttribute("aria-hidden", "true"); // the cells say what lies in them
    this.columns = days.map(() => make("div", "grid-day"));
    over.append(...this.columns);
    this.rows.append(over);
    table.append(this.head(), this.allDay, this.rows);
    this.root.replaceChildren(table);
    return true;
  }

  head() {
    const row = make("div", "grid-row grid-head");
    row.setAttribute("role", "row");
    row.append(make("span", "grid-hour"));
    for (const day of this.days) {
      const cell = make("div", "grid-name");
      cell.setAttribute("role", "columnheader");
      cell.append(make("strong", "", this.dates.head(day)), make("span", "", this.dates.weekday(day)));
      row.append(cell);
    }
    return row;
  }

  row(minutes) {
    const row = make("div", "grid-row");
    row.setAttribute("role", "row");
    const hour = make("span", "grid-hour", minutes % 60 ? "" : `${minutes / 60}:00`);
    hour.setAttribute("aria-hidden", "true");
    row.append(hour);
    this.days.forEach((day, column) => {
      const cell = make("div", "grid-cell");
      cell.setAttribute("role", "gridcell");
      cell.tabIndex = -1;
      this.cells.set(`${column} ${minutes}`, cell);
      row.append(cell);
    });
    return row;
  }

  // The cell in which a minute of the day lies, or nothing.
  cell(column, minutes) {
    return this.cells.get(`${column} ${Math.floor(minutes / SLOT) * SLOT}`);
  }

  // `blocks` and `candidates` are { start, end, title, hint, classes }; `shades` are times, `now` is a time or null.
  draw({ blocks, candidates, shades, now }) {
    this.days.forEach((day, column) => {
      const spans = (items) => items.map((item) => ({ item, ...within(day, item) })).filter((one) => one.to > this.from && one.from < this.to);
      const drawn = [
        ...spans(shades).map((span) => this.put(make("div", "grid-off"), span)),
        ...inLanes(spans(blocks.filter((one) => !one.allDay))).map((span) => this.block(span)),
        ...inLanes(spans(candidates)).map((span) => this.block(span)),
      ];
      if (now && iso(now) === iso(day) && minutesOf(now) >= this.from && minutesOf(now) < this.to) drawn.push(this.put(make("div", "grid-now"), { from: minutesOf(now), to: minutesOf(now) }));
      this.columns[column].replaceChildren(...drawn);
      this.columns[column].classList.toggle("today", Boolean(now) && iso(now) === iso(day));
    });
    this.drawAllDay(blocks.filter((one) => one.allDay));
  }

  drawAllDay(blocks) {
    const days = this.days.map((day) => blocks.filter((one) => within(day, one)));
    this.allDay.hidden = !days.some((found) => found.length);
    this.allDay.replaceChildren();
    this.allDay.setAttribute("role", this.allDay.hidden ? "presentation" : "row");
    if (this.allDay.hidden) return;
    const name = make("span", "grid-hour", this.dates.allDay);
    name.setAttribute("role", "rowheader");
    const cells = days.map((found) => {
      const cell = make("div", "grid-whole");
      cell.setAttribute("role", "gridcell");
      for (const one of found) cell.append(this.element(one));
      return cell;
    });
    this.allDay.append(name, ...cells);
  }

  element({ title, hint, classes }) {
    const element = make("div", `grid-event cal-block ${classes.join(" ")}`);
    element.title = hint;
    element.append(make("span", "", title));
    return element;
  }

  block({ item, lane, of, ...span }) {
    const element = this.put(this.element(item), span);
    element.style.setProperty("--lane", lane);
    element.style.setProperty("--lanes", of);
    element.classList.toggle("short", span.to - span.from < SLOT);
    element.classList.toggle("thin", of > 3);
    if (item.row) {
      element.row = item.row;
      for (const edge of ["start", "end"]) element.append(make("i", `grid-edge ${edge}`));
    }
    return element;
  }

  // Give an element the height and place of a part of the day.
  put(element, { from, to }) {
    const part = (minutes) => ((Math.min(Math.max(minutes, this.from), this.to) - this.from) / (this.to - this.from)) * 100;
    element.style.insetBlockStart = `${part(from)}%`;
    element.style.blockSize = `${part(to) - part(from)}%`;
    return element;
  }

  // The column and the minute of the day at a point of the window; the nearest one for a point outside.
  at(x, y) {
    const over = this.rows.lastElementChild.getBoundingClientRect();
    const column = Math.floor(((x - over.left) / over.width) * this.days.length);
    const minutes = this.from + ((y - over.top) / over.height) * (this.to - this.from);
    return {
      column: Math.min(Math.max(column, 0), this.days.length - 1),
      minutes: Math.min(Math.max(minutes, this.from), this.to),
      inside: x >= over.left && x < over.right && y >= over.top && y < over.bottom,
    };
  }

  // A candidate in the making, or none.
  preview(column, span, title = "") {
    this.shadow?.remove();
    if (!span) return;
    this.shadow = this.put(this.element({ title, hint: "", classes: ["hold", "preview"] }), span);
    this.columns[column].append(this.shadow);
  }
}
