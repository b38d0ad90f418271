// The member's time, fetched a week at a time and kept. What could not be read is said, never taken for free.
const AGAIN_AFTER = 2500; // milliseconds
const TRIES = 24;

const iso = (day) => `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, "0")}-${String(day.getDate()).padStart(2, "0")}`;

export function mondayOf(day) {
  const monday = new Date(day.getFullYear(), day.getMonth(), day.getDate());
  monday.setDate(monday.getDate() - ((monday.getDay() + 6) % 7));
  return monday;
}

export class CalendarFeed {
  constructor(address, changed) {
    this.address = address;
    this.changed = changed;
    this.weeks = new Map(); // Monday -> { events, unknown, failed, tries }
  }

  // Make sure that the week of this day is there, or on its way.
  need(day) {
    const key = iso(mondayOf(day));
    if (!this.weeks.has(key)) this.fetchWeek(key, 0);
  }

  async fetchWeek(key, tries) {
    const known = this.weeks.get(key) ?? { events: [], unknown: null, failed: false, loading: true };
    this.weeks.set(key, known);
    const monday = new Date(`${key}T00:00`);
    const after = iso(new Date(monday.getFullYear(), monday.getMonth(), monday.getDate() + 7));
    try {
      const answer = await fetch(`${this.address}?from=${key}&to=${after}`, { headers: { Accept: "application/json" } });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      const told = await answer.json();
      known.events = told.events.map((event) => ({ ...event, start: new Date(event.start), end: new Date(event.end) }));
      known.unknown = told.unknown;
      known.failed = false;
      known.again = told.again;
    } catch {
      known.failed = true;
      known.again = true;
    }
    known.loading = false;
    this.changed();
    if (known.again && tries < TRIES) setTimeout(() => this.fetchWeek(key, tries + 1), AGAIN_AFTER);
  }

  week(day) {
    return this.weeks.get(iso(mondayOf(day)));
  }

  // What blocks between two wall times; an all-day event blocks its days.
  under(start, end) {
    const found = [];
    for (const week of this.weeks.values()) {
      for (const event of week.events) {
        if (event.blocks && event.start < end && start < event.end) found.push(event);
      }
    }
    return found.filter((one, place) => found.findIndex((other) => other.title === one.title && +other.start === +one.start) === place);
  }

  all() {
    const seen = new Set();
    return [...this.weeks.values()].flatMap((week) => week.events).filter((event) => {
      const key = `${event.kind}|${event.title}|${+event.start}|${+event.end}`;
      return !seen.has(key) && seen.add(key);
    });
  }
}

export { iso };
