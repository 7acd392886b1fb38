// Passing on, printing and counting as an officer does: the desk with an address
// book, opened from file://.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe } from "node:test";
import { Decrypter } from "age-encryption";
import { Book, sealBook } from "../src/reader/book/book.js";
import { fingerprint } from "../src/reader/book/fingerprint.js";
import { contents } from "../src/reader/open.js";
import { decodeJPEG, readJPEG } from "../src/shared/jpegread.js";
import { encodeJPEG } from "../src/shared/jpegwrite.js";
import { after, before, fileURL, launch, lock, makeKey, newPage, root, sealTip, tempDir, test, write } from "./support.mjs";

const passphrase = "năm con trâu đen";
const axe = readFileSync(join(root, "node_modules", "axe-core", "axe.min.js"), "utf8");
const [width, height] = [400, 300];

// Grey, with a blue square that must not be seen by others.
function picture() {
  const data = new Uint8ClampedArray(4 * width * height).fill(255);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const secret = x >= 100 && x < 200 && y >= 100 && y < 200;
      data.set(secret ? [20, 20, 255, 255] : [(x / width) * 255, (x / width) * 255, (x / width) * 255, 255], 4 * (y * width + x));
    }
  }
  return whole(encodeJPEG({ width, height, data }, 90));
}

// As a telephone held upright takes it.
function tall() {
  const data = new Uint8ClampedArray(4 * 300 * 500).fill(160);
  return whole(encodeJPEG({ width: 300, height: 500, data }, 80));
}

// A grey photo of 12 megapixels in 47 kB (ITU-T T.81): two bits for each block of 64 pixels.
function large(w = 4000, h = 3000) {
  const segment = (marker, ...bytes) => [0xff, marker, (bytes.length + 2) >> 8, (bytes.length + 2) & 255, ...bytes];
  const oneCode = [1, ...Array(15).fill(0), 0]; // of one bit, and it says: nothing further
  const head = [0xff, 0xd8, ...segment(0xdb, 0, ...Array(64).fill(1)), ...segment(0xc0, 8, h >> 8, h & 255, w >> 8, w & 255, 1, 1, 0x11, 0),
    ...segment(0xc4, 0x00, ...oneCode), ...segment(0xc4, 0x10, ...oneCode), ...segment(0xda, 1, 1, 0, 0, 63, 0)];
  return Buffer.from([...head, ...Array((w / 8) * (h / 8) / 4).fill(0), 0xff, 0xd9]);
}

// The most memory, in bytes, that one of the browser's pages has ever taken.
function peak(browser) {
  const status = readdirSync("/proc").filter((name) => /^\d+$/.test(name)).flatMap((pid) => {
    try {
      const [said, line] = ["status", "cmdline"].map((name) => readFileSync(`/proc/${pid}/${name}`, "utf8"));
      return [{ pid: Number(pid), of: Number(/^PPid:\s*(\d+)/m.exec(said)[1]), page: line.includes("--type=renderer"), most: 1024 * Number(/^VmHWM:\s*(\d+)/m.exec(said)?.[1]) }];
    } catch {
      return []; // gone meanwhile
    }
  });
  const ours = new Set([browser.process().pid]);
  for (let before = 0; before !== ours.size;) {
    before = ours.size;
    for (const { pid, of } of status) if (ours.has(of)) ours.add(pid);
  }
  return Math.max(...status.filter(({ pid, page }) => page && ours.has(pid)).map(({ most }) => most));
}

const long = Array.from({ length: 10 }, (_, i) => `TB-CCCC-000${i}.age`);
const iso = (ms) => `${new Date(ms + 7 * 3_600_000).toISOString().slice(0, 19)}+07:00`;

// Runs a generator to its end.
function whole(work) {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

describe("chrome", () => {
  const cleanups = [];
  const context = { after: (f) => cleanups.push(f) };
  let browser, dir, url, files, ours, theirs;

  before(async () => {
    dir = tempDir(context);
    mkdirSync(join(dir, "tai-ve"));
    [ours, theirs] = [await makeKey(), await makeKey()];
    const unit = (id, vi, recipients) => ({ id, name: { vi }, phone: "0215 000 000", mail: [`${id}@example.vn`], recipients });
    const book = { made: "2026-11-29", base_url: "https://tip.example.vn", units: [unit("na-co-sa", "Đồn Biên phòng Na Cô Sa", [ours.recipient]), unit("cong-an-xa", "Công an xã Quảng Lâm", [theirs.recipient]), unit("mat-khoa", "Đơn vị mất khóa", [])] };
    const page = readFileSync(join(root, "reader.html"), "utf8").replace("%VERSION%", "v1").replace('id="addressbook">{}<', () => `id="addressbook">${JSON.stringify(book).replaceAll("<", "\\u003c")}<`);
    files = write(dir, {
      "doc-tin.html": page,
      "TB-7F3K-9QMX.age": await sealTip([ours.recipient], { message: "Vàng A Sính phá rừng.\nVÀNG A\nSÍNH đi xe đỏ.", photos: [picture(), picture(), Buffer.from("<svg>")] }),
      "TB-1111-2222.age": await sealTip([ours.recipient], { id: "TB-1111-2222", message: "Tin thứ hai", mailbox: "crime", urgent: true }),
      ...Object.fromEntries(await Promise.all(long.map(async (name, i) => [name, await sealTip([ours.recipient], { id: name.slice(0, 12), message: "Có người lạ chặt cây ở khe suối, tôi thấy hai xe tải. ".repeat(70), photos: i > 0 ? [] : [tall()] })]))),
      "khoa.txt": await lock(ours.identity, passphrase), "khoa-xa.txt": await lock(theirs.identity, passphrase),
    });
    const now = () => Date.now();
    const kept = await Book.make("na-co-sa", [ours.recipient], [ours.identity], () => "Đại úy Lò", now);
    const day = 86_400_000;
    const entered = (tip, ago, more) => kept.append({ tip, do: "enter", unit: "na-co-sa", site: "ncs01", mailbox: "report", urgent: false, received: iso(now() - ago * day), photos: 0, text: "Đêm qua có xe lạ chở gỗ ra đường mòn sau trường. ".repeat(6), sum: createHash("sha256").update(tip).digest("hex"), ...more });
    entered("TB-AAAA-0001", 10, { urgent: true, mailbox: "crime" });
    entered("TB-AAAA-0002", 3, {});
    entered("TB-AAAA-0003", 2, { site: "ncs02", mailbox: "suggestion" });
    kept.append({ tip: "TB-AAAA-0001", do: "classify", kind: "crime", competent: true });
    kept.append({ tip: "TB-AAAA-0001", do: "status", status: "done", outcome: "confirmed", counts: { arrests: 2 } });
    kept.append({ tip: "TB-AAAA-0003", do: "duplicate", of: "TB-AAAA-0002" });
    for (let i = 0; i < 60; i++) entered(`TB-BBBB-${String(i).padStart(4, "0")}`, 20, {});
    Object.assign(files, write(dir, { "so-tin.age": await sealBook(kept) }));
    url = fileURL(files["doc-tin.html"]);
    browser = await launch(context, "chrome");
  });
  after(async () => {
    for (const cleanup of cleanups.reverse()) await cleanup();
  });

  async function open(t, key, ...names) {
    const page = await newPage(browser);
    t.after(() => page.close());
    await page.setViewport({ width: 1280, height: 900 });
    page.errors = [];
    page.on("pageerror", (err) => page.errors.push(err.message));
    page.on("console", (m) => page.errors.push(m.text()));
    const client = await page.createCDPSession();
    await client.send("Browser.setDownloadBehavior", { behavior: "allow", downloadPath: join(dir, "tai-ve") });
    await page.evaluateOnNewDocument(() => { window.print = () => {}; });
    await page.goto(url);
    await (await page.$("#picktips")).uploadFile(...names.map((name) => files[name]));
    await page.waitForFunction(() => !document.querySelector("#tipstatus") || /[0-9]/.test(document.querySelector("#tipstatus").textContent));
    if (names.includes("so-tin.age")) await page.waitForFunction(() => document.querySelector("#bookstatus").textContent === "Có sổ tin");
    await (await page.$("#pickkey")).uploadFile(files[key]);
    await page.waitForSelector("#passphrase:not([disabled])");
    await page.type("#passphrase", passphrase);
    await page.keyboard.press("Enter");
    await page.waitForSelector(".entry, #merged");
    if (await page.$("#merged")) return page;
    await page.click(".entry");
    await page.waitForSelector("#tip #panels");
    return page;
  }
  async function sound(page, what, options = {}) {
    await page.evaluate(axe);
    const found = await page.evaluate((how) => window.axe.run(document, how).then(({ violations }) => violations.flatMap((v) => v.nodes.map((node) => `${v.id}: ${node.target}`))), { resultTypes: ["violations"], ...options });
    assert.deepEqual(found, [], what);
  }
  const text = (page, selector) => page.$eval(selector, (e) => e.textContent);
  const saved = async (page, name) => {
    const path = join(dir, "tai-ve", name);
    for (let i = 0; i < 600 && !existsSync(path); i++) await page.evaluate(() => new Promise((r) => { setTimeout(r, 50); }));
    return readFileSync(path);
  };

  test("a tip is passed on: compared, noted, masked, blacked out, looked at, sealed", async (t) => {
    const page = await open(t, "khoa.txt", "TB-7F3K-9QMX.age");
    await page.click("#openabout");
    const sum = createHash("sha256").update(readFileSync(files["doc-tin.html"])).digest("hex");
    await page.waitForFunction((want) => document.querySelector("#sha").textContent.replaceAll(" ", "") === want, {}, sum);
    await page.click("#about .button");

    await page.click("#pass");
    await page.waitForSelector("#passlook:not([disabled])");
    assert.deepEqual(await page.$$eval("#passto option", (all) => all.map((o) => [o.textContent, o.disabled])), [["Chọn đơn vị…", false], ["Công an xã Quảng Lâm", false], ["Đơn vị mất khóa (chưa có khóa)", true]]);
    await page.click("#passlook");
    assert.equal(await text(page, "#passwrong-to"), "Chọn đơn vị.");
    await page.select("#passto", "cong-an-xa");
    assert.equal(await text(page, "#unmet code"), fingerprint(theirs.recipient));
    await page.click("#passlook");
    assert.match(await text(page, "#passwrong-to"), /so vân tay/);
    await page.click("#passmet");
    await page.$eval("#passnote", (e) => { e.value = "ệ".repeat(501); e.dispatchEvent(new Event("input")); });
    assert.equal(await text(page, "#passcount"), "501/500 ký tự");
    await page.click("#passlook");
    await page.waitForSelector("#passwrong-note");
    await page.$eval("#passnote", (e) => { e.value = "Xin xác minh giúp."; e.dispatchEvent(new Event("input")); });

    await page.type("#maskwords", "Giàng");
    await page.click("#mask");
    assert.match(await text(page, "#passwrong-mask"), /Không thấy “Giàng”/);
    await page.type("#maskwords", "vàng a sính");
    await page.keyboard.press("Enter");
    assert.equal(await text(page, "#passtext"), "█████ phá rừng.\n█████ đi xe đỏ.");
    await page.evaluate(() => {
      const node = document.querySelector("#passtext").firstChild;
      document.getSelection().setBaseAndExtent(node, node.data.indexOf("xe đỏ"), node, node.data.indexOf("xe đỏ") + 5);
    });
    await page.click("#maskchosen");
    assert.equal(await text(page, "#passtext"), "█████ phá rừng.\n█████ đi █████.");

    assert.match(await text(page, ".redactions .warn"), /^Ảnh 3:.*không chuyển được/);
    await page.click("#goes-1");
    const drag = async (x1, y1, x2, y2) => {
      const canvas = await page.$(".redactions canvas");
      await canvas.scrollIntoView();
      const box = await canvas.boundingBox();
      const at = (x, y) => [box.x + (x / 400) * box.width, box.y + (y / 300) * box.height];
      await page.mouse.move(...at(x1, y1));
      await page.mouse.down();
      await page.mouse.move(...at(x2 - 5, y2 - 5));
      await page.mouse.move(...at(x2, y2));
      await page.mouse.up();
    };
    await drag(300, 200, 380, 280);
    assert.equal(await text(page, "#marked-0"), "Đã bôi 1 chỗ");
    await page.click("#unmark-0");
    assert.equal(await page.$eval("#unmark-0", (e) => e.disabled), true);
    await drag(94, 94, 152, 208); // the left of the square with a pointer, the right of it with the keys
    const keys = async (...all) => {
      for (const key of all) await page.keyboard.press(key);
    };
    await page.focus("#photo-0");
    await keys("ArrowDown", "Escape", "Enter"); // nothing
    await keys("ArrowLeft", "ArrowLeft", "ArrowLeft", ...Array(4).fill("ArrowUp"));
    await page.keyboard.down("Shift");
    await keys("ArrowLeft", "ArrowLeft", ...Array(8).fill("ArrowDown"));
    await page.keyboard.up("Shift");
    assert.equal(await text(page, "#marked-0"), "Khung cách mép trái 36 %, mép trên 32 %; rộng 16 %, cao 36 %");
    await sound(page, "choosing");
    await page.keyboard.press("Enter");
    assert.equal(await text(page, "#marked-0"), "Đã bôi 2 chỗ");
    await page.click("#passlook");
    await page.waitForSelector("#passseal");
    await sound(page, "looking");
    assert.match(await text(page, "#passseen"), /Xin xác minh giúp\.[^]*█████ phá rừng/);
    assert.equal((await page.$$("#passseen img")).length, 1);
    await page.click("#passseal");
    await page.waitForSelector("#letter");
    await sound(page, "sent");
    assert.match(await text(page, "#letter"), /^Kính gửi Công an xã Quảng Lâm,\n\nĐồn Biên phòng Na Cô Sa chuyển đến/);

    const decrypter = new Decrypter();
    decrypter.addIdentity(theirs.identity);
    files["TB-7F3K-9QMX-chuyen.age"] = join(dir, "tai-ve", "TB-7F3K-9QMX-chuyen.age");
    const { tip } = contents(await decrypter.decrypt(await saved(page, "TB-7F3K-9QMX-chuyen.age")));
    assert.deepEqual([tip.id, tip.text, tip.passed.by, tip.passed.note, tip.photos.length], ["TB-7F3K-9QMX", "█████ phá rừng.\n█████ đi █████.", "na-co-sa", "Xin xác minh giúp.", 1]);
    const seen = whole(decodeJPEG(readJPEG(tip.photos[0]), 1600));
    assert.deepEqual([seen.width, seen.height], [width, height]);
    let bluest = 0, brightest = 0, rest = 0;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const [r, g, b] = seen.data.subarray(4 * (y * width + x));
        bluest = Math.max(bluest, b - Math.max(r, g));
        if (x >= 104 && x < 196 && y >= 104 && y < 196) brightest = Math.max(brightest, r, g, b);
        else rest = Math.max(rest, r);
      }
    }
    assert.ok(bluest < 60 && brightest < 12 && rest > 200, `of the square is left: blue ${bluest}, brightness ${brightest}; of the rest ${rest}`);
    assert.deepEqual(page.errors, []);
  });

  test("it opens at the other unit as a tip that claims to come from us", async (t) => {
    const page = await open(t, "khoa-xa.txt", "TB-7F3K-9QMX-chuyen.age");
    assert.match(await text(page, "#claim"), /^Tin này tự nhận là chuyển từ Đồn Biên phòng Na Cô Sa \(na-co-sa\), ngày \d\d\/\d\d\/20\d\d\..*Xin xác minh giúp\.$/);
    await page.click("#pass");
    await page.waitForSelector("#passby");
    assert.deepEqual(page.errors, []);
  });

  test("with the book: who was compared is known, counts, seal and add up, slip and page", async (t) => {
    const page = await open(t, "khoa.txt", "TB-1111-2222.age", "so-tin.age");
    await page.waitForSelector("#go-counts");
    for (const again of [false, true]) {
      await page.click("#pass");
      await page.waitForSelector("#passlook:not([disabled])");
      await page.select("#passto", "cong-an-xa");
      assert.equal((await page.$$("#unmet")).length, again ? 0 : 1);
      if (!again) await page.click("#passmet");
      await page.click("#passlook");
      await page.waitForSelector("#passseal");
      await page.click("#passseal");
      await page.waitForSelector("#passclose");
      await page.click("#passclose");
    }
    assert.equal((await page.$$(".passes li")).length, 2);
    await page.click("#printslip");
    await page.waitForSelector("body[data-pressing]");
    assert.match(await text(page, "#paper"), /PHIẾU CHUYỂN TIN BÁO.*Kính gửi: Công an xã Quảng Lâm.*TB-1111-2222-chuyen\.age/);
    assert.doesNotMatch(await text(page, "#paper"), /Tin thứ hai/);
    await page.pdf({ path: join(dir, "slip.pdf"), preferCSSPageSize: true });
    await page.waitForSelector("#paper", { hidden: true });

    await page.click("#go-counts");
    await page.waitForSelector("#own .chart");
    await sound(page, "counts");
    assert.deepEqual(await page.$$eval("#own .sums dd", (all) => all.map((e) => Number(e.textContent))), [62, 1, 1, 0, 0]);
    assert.match(await text(page, "#by-results"), /Số người bị bắt2/);
    await page.click("#countscsv");
    const name = `so-lieu-na-co-sa-${iso(Date.now()).slice(0, 10)}`;
    assert.match((await saved(page, `${name}.csv`)).toString(), /^\ufeffTuần từ ngày,Đơn vị,Số tin,.*Nơi dán ncs01\r\n\d\d\/\d\d\/20\d\d,na-co-sa,/);
    await page.select("#countsto", "cong-an-xa");
    assert.equal(await text(page, "#sealcounts code"), fingerprint(theirs.recipient));
    await page.click("#countsseal");
    await saved(page, `${name}.age`);
    files.counts = join(dir, "tai-ve", `${name}.age`);
    await page.pdf({ path: join(dir, "counts.pdf"), preferCSSPageSize: true });
    await page.click("#printbook");
    await page.waitForSelector("body[data-pressing]");
    assert.ok((await page.$$("#paper tbody tr")).length > 0);
    await page.pdf({ path: join(dir, "book.pdf"), preferCSSPageSize: true });
    await page.waitForSelector("#paper", { hidden: true });
    assert.deepEqual(page.errors, []);

    const above = await open(t, "khoa-xa.txt", "TB-7F3K-9QMX-chuyen.age", "counts");
    await sound(above, "added up");
    assert.match(await text(above, "#byunit tbody"), /^Đồn Biên phòng Na Cô Sa13 tuần từ .*62/);
    await above.click("#go-tips");
    await (await above.$("#picktips")).uploadFile(files.counts);
    await above.waitForSelector("#merged");
    await above.waitForFunction(() => /1 tệp/.test(document.querySelector("#merged").textContent));
    assert.deepEqual(above.errors, []);
  });

  test("a sheet for the commander, for one tip and for all", async (t) => {
    const page = await open(t, "khoa.txt", "TB-7F3K-9QMX.age", "TB-1111-2222.age", ...long);
    await page.click("#printall");
    await page.waitForSelector("body[data-pressing]");
    assert.equal((await page.$$("#paper .sheet")).length, 12);
    assert.equal((await page.$$("#paper img")).length, 3);
    assert.match(await text(page, "#paper"), /1 ảnh không mở được hoặc không phải ảnh/);
    await page.pdf({ path: join(dir, "all.pdf"), preferCSSPageSize: true, printBackground: false }); // it tells afterprint
    await page.waitForSelector("#paper", { hidden: true });

    await page.type("#search", "khe suoi"); // what the list shows is what is printed
    await page.waitForFunction(() => document.querySelector("#printall").textContent === "In 10 tin");
    await page.click("#printall");
    await page.waitForSelector("body[data-pressing]");
    assert.deepEqual(await page.$$eval("#paper .sheet td", (all) => all.map((e) => e.textContent).filter((s) => s.startsWith("TB-")).sort()), long.map((name) => name.slice(0, 12)).sort());
    await page.evaluate(() => window.dispatchEvent(new Event("afterprint")));
    await page.waitForSelector("#paper", { hidden: true });
    assert.deepEqual(page.errors, []);
  });

  test("with the book open axe finds nothing, wide and narrow, on the screen and on paper", async (t) => {
    const page = await open(t, "khoa.txt", "TB-7F3K-9QMX.age", "TB-1111-2222.age", ...long.slice(0, 3), "so-tin.age");
    // What is seen wide in other tests is looked at narrow alone.
    const see = async (what, { sizes = [[360, 640]], axe: options } = {}) => {
      for (const [width, height] of process.env.TIPBOX_SHOTS ? [[360, 640], [1366, 768]] : sizes) {
        await page.setViewport({ width, height });
        await sound(page, `${what}, ${width} pixels wide`, options);
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${what} is wider than ${width}`);
        if (process.env.TIPBOX_SHOTS) await page.screenshot({ path: join(process.env.TIPBOX_SHOTS, `desk-${what.replaceAll(" ", "-")}-${width}.png`), fullPage: width < 500 });
      }
    };
    const go = (selector) => page.$eval(selector, (e) => e.click());
    await page.waitForSelector("#go-counts");
    await go("#go-today");
    await see("today", { sizes: [[1366, 768], [360, 640]] });
    await go("#go-tips");
    await see("list", { sizes: [[1366, 768], [360, 640]] });
    await go("#filter");
    await see("filters");
    await go("#filter");
    await page.$$eval(".entry", (all) => all.find((e) => e.textContent.includes("9QMX")).click());
    await page.waitForSelector("#tip .photos img");
    await see("tip", { sizes: [[1366, 768], [360, 640]] });
    await go("#pass");
    await page.waitForSelector("#passlook:not([disabled])");
    await page.select("#passto", "cong-an-xa");
    await page.$eval("#unmark-0", (e) => e.scrollIntoView());
    await see("passing on");
    await go("#passmet");
    await go("#passlook");
    await page.waitForSelector("#passseal");
    await see("looking again");
    await go("#passcancel");
    for (const screen of ["counts", "book", "keys"]) {
      await go(`#go-${screen}`);
      await see(screen);
    }
    await go("#openabout");
    await see("about");
    await go("#about .button");
    await go("#go-tips");
    await go("#printsheet");
    await page.waitForSelector("body[data-pressing]");
    await page.emulateMediaType("print");
    await see("paper", { sizes: [[794, 1123]], axe: { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] } });
    assert.deepEqual(page.errors, []);
  });

  test("200 photos of 12 megapixels are drawn one at a time, kept while they are seen, and gone with the lock", async (t) => {
    const photo = large();
    const all = Array.from({ length: 68 }, (_, i) => `TB-DDDD-${String(i).padStart(4, "0")}.age`);
    const texts = ["Ở mốc 45", "Trong khe suối"];
    const made = await Promise.all(all.map(async (name, i) => [name, await sealTip([ours.recipient], { id: name.slice(0, 12), message: texts[i] || `${i * 7919} ${i * 104729} ${i * 1299709}`, photos: Array(i < 2 ? 1 : 3).fill(photo) })]));
    Object.assign(files, write(dir, Object.fromEntries(made)));
    const page = await open(t, "khoa.txt", ...all);
    // What holds pictures of the tips: addresses of them, those of whole photos apart, and canvases.
    await page.evaluate((whole) => {
      const seen = window.seen = { photos: new Map(), most: 0, mostWholes: 0 };
      const make = URL.createObjectURL, revoke = URL.revokeObjectURL;
      URL.createObjectURL = (blob) => {
        const url = make.call(URL, blob);
        if (blob.type === "image/jpeg") seen.photos.set(url, blob.size);
        seen.most = Math.max(seen.most, seen.photos.size);
        seen.mostWholes = Math.max(seen.mostWholes, [...seen.photos.values()].filter((size) => size === whole).length);
        return url;
      };
      URL.revokeObjectURL = (url) => {
        seen.photos.delete(url);
        revoke.call(URL, url);
      };
    }, photo.length);
    await page.focus("#entries .entry");
    for (let i = 0; i < all.length; i++) await page.keyboard.press("ArrowDown");
    await page.waitForFunction((n) => document.querySelector(".entry[aria-current]").closest("li").getAttribute("aria-posinset") === String(n), {}, all.length);
    await page.waitForFunction(() => {
      const figures = [...document.querySelectorAll("#tip .photos figure")];
      return figures.length > 0 && figures.every((figure) => figure.querySelector("img")) && window.seen.photos.size === figures.length;
    });
    const seen = await page.evaluate(() => window.seen);
    assert.equal(seen.mostWholes, 1, "whole photos at once");
    assert.ok(seen.most <= 4, `${seen.most} photos at once`);

    // Two that are passed on: what is chosen stays, the pixels do not.
    const choose = async (words) => {
      await page.$eval("#search", (e, typed) => {
        e.value = typed;
        e.dispatchEvent(new Event("input"));
      }, words);
      await page.waitForFunction(() => document.querySelectorAll(".entry").length === 1);
      await page.$eval(".entry", (e) => e.click());
    };
    const pass = async () => {
      await page.$eval("#pass", (e) => e.click());
      await page.waitForSelector("#passlook:not([disabled])");
    };
    const width = () => page.evaluate(() => window.first.width);
    await choose("moc 45");
    await pass();
    await page.evaluate(() => { window.first = document.querySelector("#photo-0"); });
    await page.focus("#photo-0");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    assert.equal(await width(), 1600);
    await choose("khe suoi");
    assert.equal(await width(), 0);
    await pass();
    await choose("moc 45");
    await page.waitForSelector("#passlook:not([disabled])");
    assert.deepEqual([await text(page, "#marked-0"), await page.$eval("#photo-0", (e) => e.width)], ["Đã bôi 1 chỗ", 1600]);
    await page.click("#passcancel");

    const most = peak(browser);
    assert.ok(most < 1.2e9, `a page took ${Math.round(most / 1e6)} MB`); // all decoded they would be 9,600; one after the other they came to 750
    await page.evaluate(() => { window.before = true; });
    await page.click("#lock");
    await page.waitForFunction(() => !window.before && document.querySelector("#notice"));
    assert.equal((await page.$$("img, canvas")).length, 0);
    assert.deepEqual(page.errors, []);
  });
});
