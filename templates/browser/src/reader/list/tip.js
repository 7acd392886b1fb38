// One tip as it is read: its text, its photos, and the panels of the features.
import { clock } from "../date.js";
import { fill, h, stranger } from "../dom.js";
import { claim } from "../pass/claim.js";
import { line } from "../visible.js";
import { Gallery } from "./gallery.js";

/** Returns the name of the mailbox of a tip, in words. */
export function mailboxName(t, mailbox) {
  return Object.hasOwn(t.mailbox, mailbox) ? t.mailbox[mailbox] : t.otherMailbox(line(mailbox, 40));
}

/** The article that shows the app's entry; draw brings it up to date. mute hides what is like an entry. */
export class TipView {
  constructor({ mute }) {
    this.mute = mute;
    this.node = h("article", { id: "tip", tabindex: "-1" });
    this.body = h("div", { id: "tipbody" });
    this.panels = h("div", { id: "panels" });
    this.gallery = null;
    this.drawn = "";
    this.drawnPanels = []; // {nodes, section} of each panel
  }

  /** Takes the pictures out of memory. */
  leave() {
    if (this.gallery) this.gallery.end();
    this.gallery = null;
    this.drawn = "";
  }

  /** Draws the tip; its photos stay where they are if it is the same. */
  draw(app) {
    const { entry } = app;
    if (!entry) {
      this.leave();
      return fill(this.node);
    }
    const key = [entry.sum, entry.id, app.lang, entry.opened ? entry.opened.warnings : entry.book.text].join();
    if (key !== this.drawn) {
      this.leave();
      this.drawn = key;
      this.#body(app, entry);
      fill(this.node, this.body, this.panels);
    }
    return this.#drawPanels(app, entry);
  }

  // A panel that draws the same nodes again keeps its place, and what is typed in it its focus.
  #drawPanels(app, entry) {
    const before = this.drawnPanels;
    this.drawnPanels = app.panels.map((panel, i) => {
      const nodes = panel.draw(app, entry);
      const same = before[i] && before[i].nodes === nodes;
      return { nodes, section: same ? before[i].section : h("section", { class: "panel", id: `panel-${panel.id}` }, nodes) };
    });
    this.drawnPanels.forEach(({ section }, i) => {
      const at = this.panels.childNodes[i];
      if (at === section) return;
      if (at) at.replaceWith(section);
      else this.panels.append(section);
    });
  }

  #body(app, entry) {
    const { t } = app;
    const closed = !entry.opened;
    const { tip, text, warnings } = entry.opened || { tip: { ...entry.book, photos: [] }, text: entry.book.text || "", warnings: [] };
    const arrived = entry.date === undefined ? [t.received, t.seeMailbox] : [t.arrived, clock(entry.date)];
    const rows = [[t.id, entry.id], closed || arrived, tip && [t.unit, tip.unit], tip && [t.site, tip.siteName ? `${tip.siteName} (${tip.site})` : tip.site], tip && [t.lang, tip.lang], closed || [t.file, entry.mail ? t.inMail(entry.name, entry.mail) : entry.name]];
    const shown = stranger(text, t);
    const warned = (warning) => ({ ...t.warnings[warning], title: t.warnings[warning].title.replace("{ids}", entry.others.join(", ")) });
    this.gallery = tip && tip.photos.length > 0 ? new Gallery(app, entry) : null;
    fill(this.body,
      h("button", { type: "button", id: "back", class: "button small", onclick: app.act.back }, t.list.back),
      h("header", {},
        h("h2", {}, tip && tip.urgent && h("span", { class: "urgent" }, t.urgent), tip ? mailboxName(t, tip.mailbox) : t.notTipTitle),
        h("p", { class: "buttons" },
          h("button", { type: "button", id: "mute", class: "quiet", title: t.list.muteHint, onclick: () => this.mute(entry) }, t.list.mute))),
      h("p", { class: "note onpaper" }, t.unverified),
      h("dl", {}, rows.filter((row) => row && row[1]).map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", { dir: "auto" }, line(value, 160))))),
      closed && h("p", { class: "notice" }, t.list.closed),
      claim(app, tip),
      warnings.map(warned).map(({ title, hint }) => h("p", { class: "notice warn" }, h("strong", {}, title), " ", hint)),
      h("div", { class: "text", id: "text", dir: "auto" }, shown),
      shown.some((node) => node.className === "mark") && h("p", { class: "note" }, t.hiddenNote),
      this.gallery && this.gallery.node,
      h("p", { class: "note onscreen" }, t.unverified));
  }
}
