// The week as a grid, drawn by EventCalendar (a global of its bundle): events, holds and candidates; click, drag, resize.
import { iso, mondayOf } from "./feed.js";

const PHONE = matchMedia("(max-width: 47.99rem)");
const KIND = { event: "mine", hold: "hold", appointment: "settled" };

export class Week {
  constructor(form, composer) {
    this.form = form;
    this.composer = composer;
    this.ja = form.dataset.language.startsWith("ja");
    this.locale = this.ja ? "ja" : "en";
    this.grid = form.querySelector("[data-grid]");
    this.doubt = form.querySelector("[data-doubt]");
    this.title = form.querySelector("[data-title]");
    this.weekend = form.querySelector("[data-weekend]");
    this.day = new Date(`${form.dataset.today}T00:00`);
    if (!window.EventCalendar) return; // the rows work without it
    this.calendar = window.EventCalendar.create(this.grid, this.options());
    this.prepareToolbar();
  }

  options() {
    const composer = this.composer;
    return {
      ...this.view(),
      date: this.day,
      locale: this.locale,
      firstDay: 1,
      headerToolbar: { start: "", center: "", end: "" },
      allDaySlot: false,
      allDayContent: this.form.dataset.allday,
      slotDuration: "00:30",
      snapDuration: "00:15",
      slotHeight: 28,
      slotMinTime: "08:00",
      slotMaxTime: "20:00",
      flexibleSlotTimeLimits: true,
      slotLabelFormat: (time) => `${time.getHours()}:00`,
      dayHeaderFormat: (day) => ({ html: this.dayHead(day) }),
      nowIndicator: Intl.DateTimeFormat().resolvedOptions().timeZone === this.form.dataset.zone,
      editable: true,
      selectable: true,
      longPressDelay: 350,
      eventContent: (info) => ({ domNodes: this.inside(info.event) }),
      dateClick: (info) => info.allDay || composer.addAt(info.date),
      select: (info) => {
        if (!info.allDay && info.start.getDate() === new Date(info.end - 1).getDate()) composer.add(info.start, info.end);
        this.calendar.unselect();
      },
      eventDrop: (info) => this.dropped(info),
      eventResize: (info) => this.dropped(info),
      eventClick: (info) => info.event.extendedProps.row?.startField.focus(),
      datesSet: (info) => this.moved(info),
      eventAllUpdated: () => this.tidy(),
    };
  }

  view() {
    return PHONE.matches
      ? { view: "timeGridDay", hiddenDays: [] }
      : { view: "timeGridWeek", hiddenDays: this.weekend.checked ? [] : [0, 6] };
  }

  prepareToolbar() {
    this.form.querySelector("[data-toolbar]").hidden = false;
    this.form.querySelector("[data-previous]").addEventListener("click", () => this.calendar.prev());
    this.form.querySelector("[data-next]").addEventListener("click", () => this.calendar.next());
    this.form.querySelector("[data-now]").addEventListener("click", () => this.show(new Date(`${this.form.dataset.today}T00:00`)));
    const adjust = () => {
      for (const [name, value] of Object.entries(this.view())) this.calendar.setOption(name, value);
    };
    this.weekend.addEventListener("change", adjust);
    PHONE.addEventListener("change", adjust);
  }

  show(day) {
    if (this.calendar && (day.getDay() === 0 || day.getDay() === 6) && !this.weekend.checked) {
      this.weekend.checked = true;
      this.calendar.setOption("hiddenDays", []);
    }
    this.calendar?.gotoDate(PHONE.matches ? day : mondayOf(day));
  }

  moved(info) {
    this.day = info.start;
    const last = new Date(info.end - 1);
    if (!PHONE.matches && !this.weekend.checked) last.setDate(last.getDate() - ((last.getDay() + 2) % 7));
    this.title.textContent = this.period(info.start, last);
    this.composer.feed.need(info.start);
    if (this.calendar) this.composer.refresh();
  }

  dropped(info) {
    const { start, end } = info.event;
    if (info.event.allDay || start.getDate() !== new Date(end - 1).getDate()) info.revert();
    else this.composer.move(info.event.extendedProps.row, start, end);
  }

  draw(candidates, feed) {
    const week = feed.week(this.day);
    const told = week?.failed ? this.form.dataset.failed : week?.unknown;
    this.doubt.hidden = !told;
    this.doubt.querySelector("span").textContent = told ?? "";
    this.grid.classList.toggle("unknown", Boolean(told));
    if (!this.calendar) return;
    const events = feed.all();
    this.calendar.setOption("allDaySlot", events.some((event) => event.allDay));
    this.calendar.setOption("events", [
      ...events.map((event, place) => ({
        id: `e${place}`,
        start: event.start,
        end: event.end,
        allDay: event.allDay,
        title: event.title,
        editable: false,
        startEditable: false,
        durationEditable: false,
        classNames: ["cal-block", KIND[event.kind], ...(event.blocks ? [] : ["loose"])],
      })),
      ...candidates.map(({ row, start, end, conflict }, place) => ({
        id: `c${place}`,
        start,
        end,
        title: this.form.dataset.candidate,
        classNames: ["cal-block", "hold", "candidate", ...(conflict ? ["conflict"] : [])],
        extendedProps: { row },
      })),
    ]);
  }

  // The bundle marks its corner as a landmark and its articles as buttons; the rows are what the keyboard works on.
  tidy() {
    for (const corner of this.grid.querySelectorAll("aside")) corner.setAttribute("role", "presentation");
    for (const event of this.grid.querySelectorAll(".ec-event")) {
      event.removeAttribute("role");
      event.removeAttribute("tabindex");
    }
  }

  inside(event) {
    const line = document.createElement("span");
    line.textContent = event.extendedProps.row ? `${event.title} ${this.clock(event.start)}` : event.title;
    return [line];
  }

  clock(time) {
    return `${time.getHours()}:${String(time.getMinutes()).padStart(2, "0")}`;
  }

  weekday(day) {
    return day.toLocaleDateString(this.locale, { weekday: "short" });
  }

  dayHead(day) {
    const date = this.ja ? `${day.getMonth() + 1}/${day.getDate()}` : day.toLocaleDateString("en-GB", { day: "numeric", month: "short" });
    return `<strong>${date}</strong><span>${this.weekday(day)}</span>`;
  }

  date(day) {
    if (this.ja) return `${day.getMonth() + 1}月${day.getDate()}日`;
    return day.toLocaleDateString("en-GB", { day: "numeric", month: "short" });
  }

  period(first, last) {
    const year = first.getFullYear();
    const single = iso(first) === iso(last);
    if (this.ja) return single ? `${year}年${this.date(first)}(${this.weekday(first)})` : `${year}年${this.date(first)}〜${this.date(last)}`;
    return single ? `${this.weekday(first)}, ${this.date(first)} ${year}` : `${this.date(first)} – ${this.date(last)} ${last.getFullYear()}`;
  }

  label(start, end) {
    const dash = this.ja ? "〜" : "–";
    const day = this.ja ? `${this.date(start)}(${this.weekday(start)})` : `${this.weekday(start)}, ${this.date(start)}`;
    return `${day} ${this.clock(start)}${dash}${this.clock(end)}`;
  }
}
