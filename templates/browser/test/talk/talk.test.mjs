// A whole conversation: a tip, the unit's reply from the desk, an answer with a photo,
// another reply; with the real server, pages and desk. The sender's browser is each
// engine's, with the page's scripts and without; the officer's is Chromium.
// cmd/proof/page/replies_test.go starts it, and says where the mails are.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, request as onward } from "node:http";
import { join } from "node:path";
import { after, before, engines, fileURL, launch, listen, newPage, stepLimit, tempDir, test, within } from "../support.mjs";
import { box, camera, fill, link, open, phone, shot, violations } from "../page/villager.mjs";
import { webkit } from "../webkit.mjs";
import { strings as bookStrings } from "../../src/reader/book/strings.js";
import { strings as handleStrings } from "../../src/reader/handle/strings.js";

const { vi: strings } = handleStrings;
const { vi: { did: history } } = bookStrings;

const cleanups = [];
const context = { after: (f) => cleanups.push(f) };
const locale = JSON.parse(readFileSync(join(import.meta.dirname || new URL(".", import.meta.url).pathname, "..", "..", "..", "locales", "vi.json"), "utf8"));
let chrome, desk, dir;
let mails = 0;

before(async () => {
  chrome = await launch(context, "chrome");
  dir = tempDir(context);
  desk = await openDesk();
});
after(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

// Chromium takes no clicks, and no pictures, of a tab that is behind another.
const front = (page) => page.bringToFront && within(page.bringToFront(), "a tab in front");

// Presses what is there by then, and may be drawn anew at any moment.
const tap = (page, selector) => page.waitForFunction((where) => {
  const button = document.querySelector(where);
  const there = button && !button.disabled;
  if (there) button.click();
  return there;
}, {}, selector);

// The officer's desk, unlocked, with a new book; what it saves is in window.saved.
async function openDesk() {
  const tab = await newPage(chrome);
  tab.said = [];
  tab.on("console", (m) => tab.said.push(m.text()));
  tab.on("pageerror", (err) => tab.said.push(err.message));
  await tab.evaluateOnNewDocument(() => {
    const make = URL.createObjectURL;
    URL.createObjectURL = (blob) => {
      if (blob.type === "application/octet-stream") window.saved = blob;
      if (blob.type === "text/markdown") window.board = blob;
      if (blob.type === "application/age") window.book = blob;
      return make.call(URL, blob);
    };
    delete window.showDirectoryPicker; // no test answers it
  });
  await tab.setViewport({ width: 1280, height: 900 });
  await tab.goto(fileURL(box.desk));
  await (await tab.$("#pickkey")).uploadFile(box.identity);
  await tab.waitForFunction(() => !document.querySelector("#passphrase").disabled);
  await tab.type("#passphrase", readFileSync(box.passphrase, "utf8").trim());
  await tab.click("#unlock");
  await tap(tab, "#go-book");
  await tap(tab, "#make");
  await tab.waitForSelector("#check");
  return tab;
}

// The mails that have come since the last time, as files; there is one at least.
async function arrived() {
  const answer = await fetch(`${box.mails}?n=${mails + 1}`, { signal: AbortSignal.timeout(stepLimit) });
  const all = await answer.json();
  const files = all.slice(mails).map((mail, i) => {
    const path = join(dir, `thu-${mails + i}.eml`);
    writeFileSync(path, Buffer.from(mail, "base64"));
    return path;
  });
  mails = all.length;
  return files;
}

// The officer opens the new mail and answers; resolves to the file's path.
async function answer(message, { stock, text = "", all = false }) {
  await front(desk);
  await tap(desk, "#go-today");
  await (await desk.$("#picktips")).uploadFile(...await arrived());
  if (all) await desk.waitForSelector("#today-waiting"); // who can read an answer and has none
  if (all) await tap(desk, "#receivedall"); // one tap for all that is new, which can be changed still
  await desk.waitForFunction((said) => {
    document.querySelector("#go-tips").click();
    const row = [...document.querySelectorAll("#list .entry")].find((entry) => entry.textContent.includes(said));
    if (row) row.click();
    return document.querySelector("#tip #text") && document.querySelector("#tip #text").textContent.includes(said) && document.querySelector("#panel-reply .buttons");
  }, { polling: 200 }, message);
  if (all) {
    assert.deepEqual((await desk.$$eval("#preview article > *", (nodes) => nodes.map((e) => e.textContent))).slice(1), [locale.answer_received]);
    await tap(desk, "#changereply");
  }
  if (stock) await tap(desk, `#stock-${stock}`);
  if (text) await desk.type("#replytext", text);
  const seen = await desk.$$eval("#preview article > *", (all) => all.map((e) => e.textContent));
  await tap(desk, "#putreply");
  await desk.waitForSelector("#passhere"); // the pass stood in the mail
  await desk.evaluate(() => { window.saved = null; });
  await tap(desk, "#savereplies");
  await desk.waitForFunction(() => window.saved);
  const path = join(dir, `tra-loi-${mails}-${Math.random()}.tipbox-replies`);
  writeFileSync(path, await desk.evaluate(() => window.saved.text()));
  return { path, seen };
}

// A proxy through which none of the pages' scripts comes.
async function scriptless() {
  const port = await listen(createServer((request, response) => {
    const { method, headers } = request;
    if (request.url.includes("/s/")) return response.writeHead(404).end();
    return request.pipe(onward(box.url + request.url, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    }).on("error", () => response.destroy()));
  }).unref());
  return `http://127.0.0.1:${port}`;
}

// What a sender does, whose page has a few methods in every engine.
class Sender {
  constructor(page, { script, at = box.url }) {
    Object.assign(this, { page, script, at });
  }

  // Writes a tip where the form is, and returns the code that is shown for it.
  async send(message, photo) {
    const { page, script } = this;
    if (script) await page.waitForSelector("#status:not(:empty)");
    await fill(page, message, { photo });
    if (script && photo) await page.waitForSelector("ul.photos img");
    if (!script && !(await page.$eval("#reply", (box) => box.checked))) await page.click("label[for=reply]");
    const digits = () => page.$$eval(".digits span", (all) => all.map((e) => e.textContent).join(" "));
    const code = script ? "" : await digits();
    await page.click("button[type=submit]");
    if (!script) {
      await page.waitForFunction(() => location.pathname === "/k");
      return code;
    }
    await page.waitForSelector(".receipt summary");
    await page.click(".receipt summary");
    return digits();
  }

  async look(code) {
    const { page, at } = this;
    await page.goto(`${at}/r?l=vi`);
    if (this.script) await page.waitForSelector("#status");
    await page.waitForSelector("#code");
    await page.type("#code", code);
    await page.click("#r button[type=submit]");
  }

  replies() {
    return this.page.$$eval("article", (all) => all.map((e) => [...e.children].slice(1).map((child) => child.textContent)));
  }

  press(label) {
    return this.page.evaluate((words) => [...document.querySelectorAll("button")].find((button) => button.textContent.trim() === words).click(), label);
  }

  async post(file) {
    const { page, at, script } = this;
    await front(page);
    await page.goto(`${at}/o?l=vi`);
    if (this.script) await page.waitForSelector("#status");
    await (await page.$("#outbox")).uploadFile(file);
    await page.click("#o button[type=submit]");
    const said = script ? "#status" : "main [role=alert]";
    await page.waitForFunction((where, busy) => document.querySelector(where) && document.querySelector(where).textContent && !document.querySelector(where).textContent.startsWith(busy), {}, said, locale.outbox_progress.split(" {")[0]);
    assert.equal(await page.$eval(said, (e) => e.textContent.trim()), locale.outbox_done.replace("{n}", "1"));
  }
}

const stories = [
  ["Đổ rác xuống suối sau chợ", "Biển số xe màu xanh đây"], ["Phá rừng đầu nguồn ban đêm", "Ảnh gốc cây mới bị cưa"],
  ["Đánh bạc ở quán nước gần trường", "Có tám người, chơi từ tối qua"], ["Cầu treo đứt một sợi cáp", "Chụp lúc nước lên hôm kia"],
  ["Người lạ rủ con gái đi làm xa", "Hẹn nhau ngoài bến xe khách"], ["Trâu bò thả rông phá nương ngô", "Dấu chân còn mới bên hàng rào"],
];

async function talk(sender, look = async () => {}) {
  const { page, script, at } = sender;
  const [first, second] = stories.shift(); // the desk folds what is alike
  await page.goto(link("ncs01", "vi", at));
  const code = await sender.send(first);
  assert.match(code, /^(\d{4} ){4}\d{4}$/);
  const shown = script && await page.$eval(".receipt .tag", (e) => e.textContent);
  await look("thanks");
  if (script) {
    await sender.press(locale.reply_copied);
    assert.deepEqual(await page.$$eval(".digits", (all) => all.length), 0);
  }

  const words = "Xin cho biết <b>biển số</b> xe, http://x.example/";
  const { path, seen } = await answer(first, { stock: "more", text: words, all: true });
  await sender.post(path);
  await look("posted");
  await sender.post(path); // again: nothing comes twice

  await sender.look(code);
  await page.waitForSelector("article");
  assert.deepEqual(await sender.replies(), [[locale.answer_more, words]]);
  assert.deepEqual(await page.$$eval("article > *", (all) => all.map((e) => e.textContent)), seen, "as the officer saw it");
  await look("read");
  await sender.press(locale.write_again);
  await page.waitForSelector("#tip");
  const again = await sender.send(second, camera);
  assert.equal(again, code, "the same code");
  if (script) assert.match(String(await page.evaluate(() => location.pathname)), /^\/r$/, "the history does not tell that somebody wrote");

  const { path: more } = await answer(second, { stock: "done" });
  assert.deepEqual(await desk.$$eval(".replytalk li", (all) => all.length), 2);
  assert.match(await desk.$eval("#replied", (e) => e.textContent), /2/);
  const pressed = () => desk.$$eval("#panel-handle [aria-pressed=true]", (all) => all.map((e) => e.textContent));
  assert.ok((await pressed()).includes(strings.statuses.done), "a stock answer is a state");
  await tap(desk, ".replytalk button");
  await desk.waitForFunction((checking) => [...document.querySelectorAll("#panel-handle [aria-pressed=true]")].some((e) => e.textContent === checking), {}, strings.statuses.checking);
  const events = await desk.$$eval("#tiphistory li", (all) => all.map((e) => e.textContent).join("\n"));
  assert.ok(events.includes(history.reply) && events.includes(history.answer), events);
  await sender.post(more);
  await sender.look(code);
  await page.waitForSelector("article");
  assert.deepEqual(await sender.replies(), [[locale.answer_more, words], [locale.answer_done]]);
  await sender.press(locale.read_delete);
  await page.waitForFunction((deleted) => document.querySelector("main").textContent.includes(deleted), {}, locale.read_deleted);
  await sender.look(code);
  await page.waitForFunction((none) => document.querySelector("main").textContent.includes(none), {}, locale.read_none);
  const tag = await page.$eval(".tag", (e) => e.textContent);
  assert.match(tag, /^[0-9A-Z]{3}-[0-9A-Z]{3}$/);
  if (script) assert.equal(tag, shown);
  await look("none");
  assert.deepEqual(await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie]), [0, 0, ""]);
  return tag;
}

// The officer puts an answer beside the tag of the tip that is shown, once with a stock
// sentence, and has it in a file and on paper; cmd/proof/page/replies_test.go goes on with
// both files. The second time is too soon.
async function board(tag) {
  await front(desk);
  assert.equal(await desk.$eval("#tag", (e) => e.textContent), tag);
  await tap(desk, "#board-done");
  const stands = (words) => desk.waitForFunction((said) => document.querySelector("#boardsaid strong")?.textContent === said, {}, words);
  await stands(locale.answer_done);
  await shot(desk, "board-tip");
  assert.deepEqual(await violations(desk), []);
  await tap(desk, "#go-today");
  await desk.evaluate(() => { window.board = null; });
  await tap(desk, "#saveboard");
  await desk.waitForFunction(() => window.board);
  writeFileSync(join(box.board, "tra-loi.md"), await desk.evaluate(() => window.board.text()));
  await shot(desk, "board-today");

  await desk.evaluate(() => { window.print = () => { window.printed = true; }; });
  for (const paper of ["4", "3"]) {
    await desk.evaluate(() => { window.printed = false; });
    await tap(desk, `#printboard${paper}`);
    await desk.waitForFunction(() => window.printed);
    const [row] = await desk.$$eval("#paper .boardrow", (rows) => rows.map((e) => [...e.children].map((cell) => cell.textContent)));
    assert.deepEqual(row, [tag, locale.answer_done]);
    const whole = await desk.$eval("#paper", (e) => e.textContent);
    for (const words of ["Đồn Biên phòng Na Cô Sa", "0215 000 000", "113", "/r."]) assert.ok(whole.includes(words), words);
    if (process.env.TIPBOX_SHOTS) await desk.pdf({ path: join(process.env.TIPBOX_SHOTS, `board-a${paper}.pdf`), preferCSSPageSize: true });
    await desk.evaluate(() => window.dispatchEvent(new Event("afterprint")));
    await desk.waitForFunction(() => !document.querySelector("#paper"));
  }
  await tap(desk, "#go-book");
  await tap(desk, "#savebook");
  await desk.waitForFunction(() => window.book);
  writeFileSync(join(box.board, "so-tin.age"), Buffer.from(await desk.evaluate(async () => [...new Uint8Array(await window.book.arrayBuffer())])));

  await tap(desk, "#go-tips");
  await tap(desk, "#board-passed");
  await stands(locale.answer_passed);
  await desk.type("#boardtext", "Đã có người *đến* xem.");
  await tap(desk, "#boardput");
  await stands("Đã có người *đến* xem.");
  await tap(desk, "#go-today");
  const off = () => desk.$$eval("#today-board .buttons button", (all) => all.map((e) => e.disabled));
  await desk.waitForSelector("#boardwait");
  assert.deepEqual(await off(), [true, true, true]);
  await desk.type("#boardwhy", "Ghi nhầm câu hôm qua");
  assert.deepEqual(await off(), [false, false, false]);
  await shot(desk, "board-too-soon");
  await desk.evaluate(() => { window.board = null; });
  await tap(desk, "#saveboard");
  await desk.waitForFunction(() => window.board);
  assert.ok((await desk.evaluate(() => window.board.text())).includes(`- **${tag}** Đã có người \\*đến\\* xem.\n`));
  await desk.waitForFunction(() => !document.querySelector("#boardwait"));
}

for (const script of [true, false]) {
  test(`Chromium, ${script ? "with" : "without"} script: a conversation, looked at`, async (t) => {
    const page = await open(t, chrome, `${box.url}/r?l=vi`, { script });
    const tag = await talk(new Sender(page, { script }), async (what) => {
      const name = `talk-${script ? "script" : "plain"}-${what}`;
      await shot(page, name);
      if (script) assert.deepEqual(await violations(page), [], name);
      await page.setViewport({ width: 180, height: 320, deviceScaleFactor: 4, isMobile: true, hasTouch: true }); // 200 %
      await shot(page, `${name}-200`);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name} is wider than a phone at 200 %`);
      await page.setViewport(phone);
    });
    assert.deepEqual(page.said, []);
    await front(desk);
    await shot(desk, `talk-${script ? "script" : "plain"}-desk`);
    assert.deepEqual(await violations(desk), []);
    if (script) await board(tag);
    assert.deepEqual(desk.said, []);
  });
}

const talksIn = engines("chrome", "firefox", "webkit");

for (const script of talksIn.includes("firefox") ? [true, false] : []) {
  test(`Firefox, ${script ? "with" : "without"} script: a conversation`, async (t) => {
    const browser = await launch(t, "firefox");
    const page = await open(t, browser, `${box.url}/r?l=vi`, { at: script });
    await talk(new Sender(page, { script, at: script ? box.url : await scriptless() }));
  });
}

if (talksIn.includes("webkit")) {
  test("WebKit, with script and without: conversations", async (t) => {
    const page = await webkit(t);
    for (const script of [true, false]) await talk(new Sender(page, { script, at: script ? box.url : await scriptless() }));
  });
}
