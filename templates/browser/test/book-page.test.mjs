// An officer's work with the book in the page: made, written in, merged, compared,
// and what happens where the stick is pulled out or the browser cannot write.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { describe } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { build } from "esbuild";
import { openBook, sealBook } from "../src/reader/book/book.js";
import { parseEvent } from "../src/reader/book/event.js";
import { officer } from "./book.mjs";
import { after, before, fileURL, launch, listen, lock, mail, makeKey, newPage, root, sealTip, shut, tempDir, test, within } from "./support.mjs";

const axe = readFileSync(join(root, "node_modules", "axe-core", "axe.min.js"), "utf8");
const passphrase = "nam con trau den";

// In the page: a folder's handle whose files are on the disk of the test. Real pickers
// cannot be driven; what lies behind them is stood in for by the test's own disk.
function pickers() {
  const failure = (name) => Object.assign(new Error(name), { name });
  const granted = async () => (window.denied ? "prompt" : "granted");
  const file = (name) => ({
    kind: "file", name, queryPermission: granted, requestPermission: granted,
    async getFile() {
      const content = await window.diskRead(name);
      if (content === null) throw failure("NotFoundError");
      return new File([Uint8Array.from(atob(content), (c) => c.charCodeAt(0))], name);
    },
    async createWritable() {
      let swap = "";
      return {
        write: async (bytes) => { swap = btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join("")); },
        close: async () => {
          if (!(await window.diskWrite(name, swap))) throw failure("InvalidStateError");
        },
        abort: async () => {},
      };
    },
  });
  window.showDirectoryPicker = async () => ({
    kind: "directory", name: "USB", queryPermission: granted, requestPermission: granted,
    async getFileHandle(name, { create } = {}) {
      if ((await window.diskRead(name)) === null) {
        if (!create) throw failure("NotFoundError");
        if (!(await window.diskWrite(name, ""))) throw failure("NotFoundError");
      }
      return file(name);
    },
  });
  window.showOpenFilePicker = async () => [file("so-tin.age")];
}

describe("book", () => {
  const cleanups = [];
  const context = { after: (f) => cleanups.push(f) };
  let browser, dir, usb, to, key, second, third, page, out = false;
  const text = (selector) => page.$eval(selector, (e) => e.textContent);
  const texts = (selector) => page.$$eval(selector, (all) => all.map((e) => e.textContent));
  const until = (condition, ...args) => page.waitForFunction(condition, {}, ...args);
  // In one step: what is drawn anew meanwhile would be another button.
  const click = (selector) => page.evaluate((which) => document.querySelector(which).click(), selector);
  const choose = async (selector, ...paths) => (await page.$(selector)).uploadFile(...paths);
  const lying = async (by = key) => openBook(readFileSync(join(usb, "so-tin.age")), [by.identity]);
  const state = async (id) => (await lying()).state(id);
  const saved = () => until(() => !document.querySelector("#go-book .badge"));
  const type = (selector, words) => page.evaluate((which, value) => {
    const e = document.querySelector(which);
    e.value = value;
    e.dispatchEvent(new Event("input"));
    e.dispatchEvent(new Event("change"));
  }, selector, words);

  async function good(what) {
    await page.evaluate(axe);
    const found = await page.evaluate(() => window.axe.run(document).then(({ violations }) => violations.flatMap((v) => v.nodes.map((node) => `${v.id}: ${node.target}`))));
    assert.deepEqual(found, [], what);
    for (const [width, height] of [[1366, 768], [360, 640]]) {
      await page.setViewport({ width, height });
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${what} is wider than ${width}`);
      if (process.env.TIPBOX_SHOTS) await page.screenshot({ path: join(process.env.TIPBOX_SHOTS, `book-${what}-${width}.png`), fullPage: width < 500 });
    }
    await page.setViewport({ width: 1366, height: 768 });
  }

  async function desk(which, ...tips) {
    page = await newPage(browser);
    page.errors = [];
    page.on("pageerror", (err) => page.errors.push(err.message));
    page.on("console", (m) => page.errors.push(m.text()));
    await page.exposeFunction("diskRead", (name) => (!out && existsSync(join(usb, name)) ? readFileSync(join(usb, name)).toString("base64") : null));
    await page.exposeFunction("diskWrite", (name, content) => {
      if (out) return false;
      writeFileSync(join(usb, `${name}.moi`), Buffer.from(content, "base64"));
      renameSync(join(usb, `${name}.moi`), join(usb, name));
      return true;
    });
    if (["first", "second"].includes(which)) await page.evaluateOnNewDocument(pickers);
    // Its question would stay unanswered: it is as if nobody had tapped.
    else if (which === "real") await page.evaluateOnNewDocument(() => Object.defineProperty(navigator, "userActivation", { value: { isActive: false } }));
    else if (which === "downloads") await page.evaluateOnNewDocument(() => { delete window.showDirectoryPicker; delete window.showOpenFilePicker; });
    await page.setViewport({ width: 1366, height: 768 });
    await page.goto(fileURL(join(dir, "doc-tin.html")));
    await unlock(which === "second" ? "khoa-2" : "khoa", tips);
  }

  async function unlock(name, tips) {
    await choose("#picktips", ...tips.map((tip) => join(dir, tip)));
    await choose("#pickkey", join(dir, name));
    await page.waitForSelector("#passphrase:not([disabled])");
    await page.type("#passphrase", passphrase);
    await page.keyboard.press("Enter");
    await page.waitForSelector("#tip");
  }

  // Resolves to the book among the downloads, once it is there.
  const downloaded = () => within((async () => {
    while (readdirSync(to).join() !== "so-tin.age" || readFileSync(join(to, "so-tin.age")).length === 0) await pause(50);
    return readFileSync(join(to, "so-tin.age"));
  })(), "the book saved");

  const entry = async (id) => {
    await click("#go-tips");
    await until((wanted) => [...document.querySelectorAll(".entry")].some((e) => e.textContent.includes(wanted)), id);
    await page.evaluate((wanted) => [...document.querySelectorAll(".entry")].find((e) => e.querySelector(".id").textContent === wanted).click(), id);
    await until((wanted) => document.querySelector("#tip dd").textContent === wanted, id);
  };

  before(async () => {
    dir = tempDir(context);
    usb = join(dir, "usb");
    mkdirSync(usb);
    [key, second, third] = [await makeKey(), await makeKey(), await makeKey()];
    const all = [key.recipient, second.recipient, third.recipient];
    const now = new Date().toUTCString().replace("GMT", "+0000");
    writeFileSync(join(dir, "thu.eml"), Buffer.concat([Buffer.from(`Date: ${now}\r\n`), mail([{ name: "TB-EEEE-0001.age", bytes: await sealTip(all, { id: "TB-EEEE-0001", mailbox: "crime", message: "Có người chở gỗ lúc nửa đêm.", place: "cầu treo", time: "hôm qua" }) }])]));
    writeFileSync(join(dir, "TB-7F3K-9QMX.age"), await sealTip(all, {}));
    mkdirSync(join(dir, "khac"));
    writeFileSync(join(dir, "khac", "TB-7F3K-9QMX.age"), await sealTip(all, { message: "Chữ khác dưới cùng mã." }));
    writeFileSync(join(dir, "cong-khai.txt"), `# Lò\n${second.recipient}\n# Sùng\n${third.recipient}\n`);
    writeFileSync(join(dir, "khoa"), await lock(key.identity, passphrase));
    writeFileSync(join(dir, "khoa-2"), await lock(second.identity, passphrase));
    writeFileSync(join(dir, "doc-tin.html"), readFileSync(join(root, "reader.html")));
    to = tempDir(context);
    browser = await launch(context, process.env.TIPBOX_BROWSER || "chrome", process.env.TIPBOX_BROWSER === "firefox"
      ? { extraPrefsFirefox: { "browser.download.dir": to, "browser.download.folderList": 2, "browser.helperApps.neverAsk.saveToDisk": "application/age" } } : {});
  });
  after(async () => {
    for (const cleanup of cleanups.reverse()) await cleanup();
  });

  test("a book is made, and tips are entered and handled, each change saved", async () => {
    await desk("first", "thu.eml", "TB-7F3K-9QMX.age");
    await entry("TB-EEEE-0001");
    assert.match(await text("#panel-handle"), /Chưa mở sổ tin/);
    await click("#tobook");
    await good("none");
    assert.equal(await page.$eval("#unit", (e) => e.value), "na-co-sa", "as the tips say");
    await choose("#pickrecipients", join(dir, "cong-khai.txt"));
    await page.waitForSelector("#compared-0");
    await click("#compared-0");
    await click("#compared-1");
    await click("#makein");
    await page.waitForSelector("#nobookthere");
    await until(() => document.activeElement.id === "make" && document.activeElement.getBoundingClientRect().bottom < innerHeight);
    await click("#make");
    await page.waitForSelector("#savestate");
    await saved();
    assert.match(await text("#savestate"), /^Đã lưu lúc .* Nơi lưu: USB\/so-tin.age$/);
    await good("open");
    assert.deepEqual((await lying(second)).states().map(({ id }) => id).sort(), ["TB-7F3K-9QMX", "TB-EEEE-0001"], "the other officer's key opens it too");
    await click("#drop-2");
    await saved();
    assert.equal((await lying()).whole.recipients.length, 2);
    await assert.rejects(lying(third), (err) => err.code === "bookkey", "a key that was left out opens no new version");
    await click("#meet-0");
    await saved();
    assert.deepEqual((await lying(third)).whole.met.length, 2, "compared once");
    await type("#officer", "Trung úy Lò Văn Páo");

    await entry("TB-EEEE-0001");
    const dues = async () => (await texts(".dues .due")).map((due) => due.replace(/Đã báo$/, "").trim().replace(/ \(hạn \d\d:\d\d \d\d\/\d\d\/\d{4}\)/, ""));
    assert.match((await texts(".dues .due"))[0], /^Phân loại: còn 23 giờ \(hạn \d\d:\d\d \d\d\/\d\d\/\d{4}\)$/);
    await click("#kind-crime");
    assert.deepEqual(await dues(), ["Báo viện kiểm sát: còn 2 ngày", "Giao người xử lý: còn 2 ngày", "Giải quyết: còn 19 ngày"]);
    await click("#competent-no");
    assert.deepEqual(await dues(), ["Chuyển đơn vị có thẩm quyền: còn 23 giờ"]);
    await click("#competent-yes");
    await click("#procuracy");
    await type("#in-to", "Đại úy Lò \u202eáoP năV");
    await click("#do-to");
    assert.equal(await text("#assigned"), "Đại úy Lò [U+202E]áoP năV", "a name that turns its letters round shows that it does");
    await good("handled");
    await click("#status-checking");
    await click("#more summary");
    // A save that ends while something is typed takes neither the focus nor a half-typed letter.
    await page.evaluate(() => {
      document.querySelector("#in-note").focus();
      document.querySelector("#status-new").click();
      window.kept = document.querySelector("#in-note");
    });
    await saved();
    assert.ok(await page.evaluate(() => window.kept === document.querySelector("#in-note") && document.activeElement === window.kept));
    await type("#in-note", "Đã gọi trưởng bản.");
    await click("#do-note");
    await type("#in-of", "tb-khong");
    await click("#do-of");
    assert.match(await text("#e-of"), /TB-XXXX-XXXX/);
    assert.equal(await page.$eval("#in-of", (e) => e.value), "tb-khong", "what was typed stays");
    await type("#in-until", "2027-01-10");
    await type("#in-decided", "Đồn trưởng");
    await click("#do-extend");
    await click("#status-done");
    await click("#outcome-confirmed");
    await type("#count-arrests", "2");
    await click("#savecounts");
    await click("#tiphistory summary");
    await good("done");
    await saved();
    await type("#in-note", "Mai hỏi lại");
    await click("#lock");
    await page.waitForSelector("#leaving[open]");
    assert.deepEqual(await texts("#leaving li"), ["TB-EEEE-0001 · Ghi thêm về tin này: Mai hỏi lại", "TB-EEEE-0001 · Trùng với tin: tb-khong"]);
    await good("typed");
    await click("#staying");
    await until(() => document.querySelector("#in-note").value === "Mai hỏi lại");
    await type("#in-note", "");
    await type("#in-of", "");
    const done = await state("TB-EEEE-0001");
    const { kind, competent, procuracy, to, status, outcome, counts, notes, until: untilDay, decision, seen, where, when, receivedConfirmed } = done;
    assert.deepEqual({ kind, competent, procuracy, to, status, outcome, arrests: counts.arrests, notes: notes.map((n) => [n.by, n.text]), untilDay, decision, seen, where, when, receivedConfirmed }, {
      kind: "crime", competent: true, procuracy: true, to: "Đại úy Lò \u202eáoP năV", status: "done", outcome: "confirmed", arrests: 2, notes: [["Trung úy Lò Văn Páo", "Đã gọi trưởng bản."]],
      untilDay: "2027-01-10", decision: "Đồn trưởng", seen: true, where: "cầu treo", when: "hôm qua", receivedConfirmed: false,
    });
    assert.ok(existsSync(join(usb, "so-tin.cu.age")), "the one before it");
    assert.deepEqual(page.errors, []);
  });

  test("where only the sealed file is there, the officer says when it came", async () => {
    await entry("TB-7F3K-9QMX");
    await good("asked");
    await type("#in-received", "2099-01-01T08:00");
    await click("#do-received");
    assert.match(await text("#e-received"), /ngày hợp lệ/);
    await type("#in-received", "2026-11-20T08:30");
    await click("#do-received");
    assert.match(await text(".dues li"), /08:30 20\/11\/2026 \(do cán bộ xác nhận\)/);
    assert.match(await text(".dues .late"), /Phân loại: quá hạn \d+ ngày/);
    await saved();
    assert.equal((await state("TB-7F3K-9QMX")).receivedConfirmed, true);
  });

  test("a tip that claims the id of an earlier one with other text hides none", async () => {
    await choose("#picktips", join(dir, "khac", "TB-7F3K-9QMX.age"));
    await until(() => [...document.querySelectorAll(".entry .id")].some((e) => e.textContent.includes("+")));
    await choose("#picktips", join(dir, "khac", "TB-7F3K-9QMX.age"));
    await until(() => document.querySelector("#notice")?.textContent === "1 tin đã có rồi, không thêm lần nữa.");
    // The book's id stays that of the tip.
    const [other] = (await texts(".entry .id")).filter((id) => id.includes("+"));
    assert.match(other, /^TB-7F3K-9QMX\+[0-9A-F]{8}$/);
    await entry(other);
    assert.equal(await text("#text"), "Chữ khác dưới cùng mã.");
    assert.match(await text("#tip .notice"), /Mã này đã là của một tin khác/);
    await click("#status-dropped");
    await saved();
    assert.deepEqual([(await state("TB-7F3K-9QMX")).status, (await state(other)).status], ["new", "dropped"]);
    await entry("TB-7F3K-9QMX");
    assert.equal(await text("#text"), "Có người đổ rác xuống suối.");
  });

  test("a duplicate is named as people write it, and its first tip tells of it", async () => {
    assert.ok((await page.$$eval("#list-of option", (all) => all.map((o) => `${o.value} ${o.label}`))).some((words) => /^TB-EEEE-0001 ./.test(words)), "told by how it begins");
    await type("#in-of", "eeee ooo1");
    await click("#do-of");
    await until(() => /trùng/.test(document.querySelector(".entry[aria-current] .state").textContent));
    await saved();
    assert.equal((await state("TB-7F3K-9QMX")).duplicateOf, "TB-EEEE-0001");
    await entry("TB-EEEE-0001");
    assert.equal(await text("#copies"), "Có 1 tin trùng với tin này: TB-7F3K-9QMX");
    await entry("TB-7F3K-9QMX");
    await click("#noduplicate");
    await saved();
    assert.equal((await state("TB-7F3K-9QMX")).duplicateOf, "");
  });

  test("the stick is pulled out: told, nothing lost, saved when it is back", async () => {
    await entry("TB-7F3K-9QMX");
    out = true;
    await click("#kind-order");
    await until(() => /Chưa lưu được sổ/.test(document.querySelector("#notices .warn")?.textContent));
    await click("#go-book");
    assert.equal(await text("#savestate strong"), "Sổ có việc chưa lưu");
    await good("out");
    await click("#lock");
    await page.waitForSelector("#leaving[open]");
    await good("leaving");
    await click("#staying");
    out = false;
    await click("#savebook");
    await until(() => /^Đã lưu lúc/.test(document.querySelector("#savestate").textContent));
    assert.equal((await state("TB-7F3K-9QMX")).kind, "order");
  });

  test("a colleague's copy is merged; another book is told, and both files stay", async () => {
    const colleague = await officer("Sùng", third);
    await colleague.keeper.take("so-tin.age", readFileSync(join(usb, "so-tin.age")));
    await colleague.keeper.vouch();
    colleague.keeper.book.append({ tip: "TB-7F3K-9QMX", do: "assign", to: "Thiếu úy Sùng" });
    colleague.keeper.now = () => Date.UTC(2099, 0, 1);
    colleague.keeper.book.now = colleague.keeper.now;
    colleague.keeper.book.append({ tip: "TB-7F3K-9QMX", do: "note", text: "Đồng hồ sai." });
    const [entered] = colleague.keeper.book.events("TB-EEEE-0001");
    colleague.keeper.book.take(parseEvent(entered.line.replace("chở gỗ", "chở đá")));
    writeFileSync(join(dir, "so-tin-sung.age"), await sealBook(colleague.keeper.book));
    await choose("#mergebook", join(dir, "so-tin-sung.age"));
    await until(() => /thêm 3 việc/.test(document.querySelector("#merged")?.textContent));
    await saved();
    assert.equal((await state("TB-7F3K-9QMX")).to, "Thiếu úy Sùng");
    assert.match(await text("#conflicts"), /^1 tin có điều cần xem lại.*TB-EEEE-0001.*Hai bản ghi cùng số hiệu/);
    assert.match(await text("#future"), /^1 việc ghi ngày ở tương lai/);
    await good("conflicts");
    const fresh = await officer("?", third);
    await fresh.keeper.make("na-co-sa", [key.recipient, third.recipient]);
    writeFileSync(join(dir, "so-tin-la.age"), await sealBook(fresh.keeper.book));
    await choose("#mergebook", join(dir, "so-tin-la.age"));
    await page.waitForSelector("[data-problem=bookforeign]");
    await good("foreign");
    // It may come under another name, and in a mail.
    writeFileSync(join(dir, "la.age"), await sealBook(colleague.keeper.book));
    await click("#go-tips");
    await choose("#picktips", join(dir, "la.age"));
    await click("#go-book");
    await until(() => /la.age: không có gì mới/.test(document.querySelector("#merged").textContent));
    assert.deepEqual(page.errors, []);
    await entry("TB-7F3K-9QMX");
    await type("#in-note", "Đang gõ dở");
    await page.evaluate(() => {
      const now = Date.now();
      Date.now = () => now + 10 * 60_000;
      document.dispatchEvent(new Event("visibilitychange"));
    });
    await until(() => /tự khóa/.test(document.querySelector("#notice")?.textContent));
    assert.match((await state("TB-7F3K-9QMX")).notes.at(-1).text, /^\[Gõ dở.*\]\nGhi thêm về tin này: Đang gõ dở$/);
    assert.equal(await page.evaluate(() => document.body.textContent.includes("Sùng")), false);
    await page.close();
  });

  test("the second officer compares before writing", async () => {
    await desk("second", "thu.eml");
    await click("#go-book");
    await click("#openfolder");
    await page.waitForSelector("#strange");
    await click("#inside summary");
    await good("strange");
    const before = readFileSync(join(usb, "so-tin.age"));
    await entry("TB-EEEE-0001");
    assert.equal(await page.$("#kind-crime"), null, "nothing can be written in it");
    assert.deepEqual(readFileSync(join(usb, "so-tin.age")), before);
    await click("#go-book");
    assert.equal(await text("#check"), (await lying()).check);
    await click("#right");
    await page.waitForSelector("#savestate");
    await saved();
    assert.equal((await lying(second)).said, "vouched");
    await entry("TB-EEEE-0001");
    assert.equal(await page.$eval("#kind-crime", (e) => e.getAttribute("aria-pressed")), "true");
    assert.deepEqual(page.errors, []);
    await page.close();
  });

  test("where the browser writes to no file, one button saves, and locking asks", async () => {
    await desk("downloads", "thu.eml");
    if (process.env.TIPBOX_BROWSER !== "firefox") {
      const session = page.createCDPSession ? await page.createCDPSession() : page._client();
      await session.send("Browser.setDownloadBehavior", { behavior: "allow", downloadPath: to });
    }
    await click("#go-book");
    assert.equal(await page.$("#openfolder"), null);
    await good("plain");
    await choose("#pickbook", join(usb, "so-tin.age"));
    await page.waitForSelector("#savestate");
    assert.match(await text("#savestate"), /Chưa có gì mới/);
    await entry("TB-EEEE-0001");
    await click("#status-checking");
    await click("#lock");
    await page.waitForSelector("#leaving[open]");
    await click("#staying");
    assert.ok(await page.$("#status-checking"), "the page stays");
    await click("#lock");
    await page.waitForSelector("#leaving[open]");
    await click("#savelock");
    const content = await downloaded();
    await until(() => /Đã khóa/.test(document.querySelector("#notice")?.textContent));
    assert.equal((await openBook(content, [key.identity])).state("TB-EEEE-0001").status, "checking");
    assert.deepEqual(page.errors, []);
    await page.close();
  });

  // A page from a file has no files of its own, one from a server has: with handles of the browser's, the
  // folder and the file do what they do with those of the test.
  test("with the browser's own handles a save is whole, or is not at all", async () => {
    const { outputFiles: [{ text: script }] } = await build({ entryPoints: [join(root, "src", "reader", "book", "places.js")], bundle: true, write: false, format: "iife", globalName: "places" });
    const server = createServer((_, response) => response.setHeader("Content-Type", "text/html").end("<!DOCTYPE html>"));
    page = await newPage(browser);
    await page.goto(`http://127.0.0.1:${await listen(server)}/`);
    await page.evaluate(`${script}; window.places = places`);
    const seen = await page.evaluate(async () => {
      const { Folder, OneFile, bookName, oldName } = window.places;
      const home = await navigator.storage.getDirectory();
      const [folder, of] = [new Folder(home), (...numbers) => Uint8Array.from(numbers)];
      const shown = (bytes) => bytes && [...bytes];
      const old = async () => shown(new Uint8Array(await (await (await home.getFileHandle(oldName)).getFile()).arrayBuffer()));
      const out = [shown(await folder.read()), await folder.permitted(true), await folder.write(of(1), null), await folder.write(of(2), of(1)), shown(await folder.read()), await old()];
      out.push(await folder.write(of(3), of(1)), shown(await folder.read())); // another desk has written since
      const file = new OneFile(await home.getFileHandle(bookName));
      out.push(await file.write(of(4), of(2)), await file.write(of(5), of(2)), shown(await file.read()));
      await home.removeEntry(bookName);
      return out.concat([shown(await file.read()), shown(await folder.read())]);
    });
    assert.deepEqual(seen, [null, true, true, true, [2], [1], false, [2], true, false, [4], null, null]);
    await page.close();
    await shut(server);
  });

  // What the pickers give is real here: handles of a folder that was dropped. Whether the page
  // may write to it a browser without a window asks nobody.
  test("a dropped folder brings its tips and its book, and is not written to unasked", async () => {
    const folder = join(dir, "tha");
    mkdirSync(folder);
    const before = readFileSync(join(usb, "so-tin.age"));
    writeFileSync(join(folder, "so-tin.age"), before);
    writeFileSync(join(folder, "thu.eml"), readFileSync(join(dir, "thu.eml")));
    await desk("real", "TB-7F3K-9QMX.age");
    const session = page.createCDPSession ? await page.createCDPSession() : page._client();
    const data = { items: [], files: [folder], dragOperationsMask: 1 };
    for (const type of ["dragEnter", "dragOver", "drop"]) await session.send("Input.dispatchDragEvent", { type, x: 300, y: 300, data });
    await page.waitForSelector("#kind-crime");
    await click("#kind-suggestion");
    await until(() => document.querySelector("#go-book .badge"));
    await click("#go-book");
    assert.match(await text("#savestate"), /^Sổ có việc chưa lưu · Nơi lưu: tha\/so-tin.age$/);
    assert.ok(await page.$("[data-problem=bookask]"));
    assert.deepEqual(readdirSync(folder).sort(), ["so-tin.age", "thu.eml"]);
    assert.deepEqual(readFileSync(join(folder, "so-tin.age")), before);
    assert.deepEqual(page.errors, []);
    await page.close();
  });
});
