// What the desk is made of. A feature brings its folder, and a line in each of
// these lists that it has a part in; the shell (view.js, main.js) knows no feature.
import { boardHooks, boardPanel, boardToday } from "./board/feature.js";
import { bookFile, bookHooks, bookScreen } from "./book/feature.js";
import { counts, countsFile } from "./counts/screen.js";
import { handle } from "./handle/panel.js";
import { handleHooks } from "./handle/typed.js";
import { keys, opening, sheets } from "./keys/screen.js";
import { tips } from "./list/screen.js";
import { paper } from "./paper/panel.js";
import { pass } from "./pass/panel.js";
import { passHooks } from "./pass/typed.js";
import { outboxFile, replyHooks, replyPanel, replyToday } from "./reply/feature.js";
import { today } from "./today/screen.js";

/**
 * The screens, in the order of the navigation: Hôm nay · Tin · Số liệu · Sổ tin · Khóa.
 * {id, title(t), count(app), draw(app) → Node[], keyless}: count is optional, a number
 * for the navigation; draw may return the same nodes again, then nothing is moved;
 * keyless says that it is of use before there is a key.
 */
export const screens = [today, tips, counts, bookScreen, keys];

/**
 * What stands under a tip: {id, draw(app, entry) → Node[]}. entry.opened is null
 * where the tip is known from the book alone, and entry.book its state there, if any.
 */
export const panels = [handle, replyPanel, boardPanel, pass, paper];

/** What stands on the page of the day, below what is to do: {id, draw(app) → Node[]}. */
export const extras = [replyToday, boardToday];

/**
 * Files that are no tips: {kind, sniff(name, bytes, {asKey, ofFolder, lies}) → bool, take(app, name, bytes, likewise)},
 * and for what is sealed as tips are, opened(name, plain) → bool, takeOpened(app, name, plain, sealed).
 * Both takes may be async; a Problem that they throw is told with the file's name.
 */
export const files = [outboxFile, bookFile, countsFile, sheets];

/**
 * What is to happen along: {unlocked(app), opened(app, entries), looked(app, entry), lock(app, why), taken(app), strip(app), typed(app), unsaved(app), hold(app, leave)}, all
 * optional, the first four may be async. opened gets the entries that have just been opened, looked the one that
 * is shown for the first time since the page was loaded. Where lock resolves to false and why is "khoa",
 * a person's wish, the page stays; "tukhoa", for idleness, waits for it ten seconds and goes. taken says on the
 * first page that a file is there which is no tip, strip(app) gives a node that stands above the work;
 * typed gives what was typed and is written nowhere, as app.typed; unsaved says
 * whether the browser is to ask before the page is left. hold, once an idle page is empty, shows what must not be
 * lost with it and says whether there is any; it calls leave when that is saved.
 */
export const hooks = [opening, bookHooks, replyHooks, handleHooks, boardHooks, passHooks];
