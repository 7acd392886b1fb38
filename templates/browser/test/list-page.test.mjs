// The list on the page, with hundreds of tips: what is in the document, what the
// keys do, and how it looks to those who see it and to those who hear it.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe } from "node:test";
import { after, before, fileURL, launch, lock, mail, makeKey, newPage, root, sealTip, tempDir, test } from "./support.mjs";

const axe = readFileSync(join(root, "node_modules", "axe-core", "axe.min.js"), "utf8");
const picture = readFileSync(join(root, "test", "data", "camera.jpg"));
const passphrase = "nam con trau den";
const sites = { ncs01: "Nhà văn hóa bản Na Cô Sa 1", np03: "Bản Nà Pó, cạnh cầu treo" };
const syllables = "xe tải chở qua cầu bản lúc nửa đêm người lạ hỏi đường sang biên giới bán thuốc trong lán rác xuống suối đèn cổng trường hỏng xin sửa giúp bà con không dám nói tên nương ngô trâu bò chợ phiên công trình khóa van nước đập thủy điện".split(" ");
const whole = 300;

const id = (n) => `TB-${String(n).padStart(4, "0")}-MMMM`;
// Words in an order that no two tips share, and the same in each run.
let seed = 1;
const random = (n) => (seed = (seed * 48271) % 2147483647) % n;
const anything = () => Array.from({ length: 14 }, () => syllables[random(syllables.length)]).join(" ");

async function folder(dir, key) {
  const to = [key.recipient];
  const write = async (name, tip) => writeFileSync(join(dir, name), await sealTip(to, { id: name.slice(0, 12), ...tip }));
  mkdirSync(dir);
  for (let n = 0; n < whole; n++) {
    const site = n % 3 ? "ncs01" : "np03";
    await write(`${id(n)}.age`, { site, siteName: sites[site], mailbox: ["report", "crime", "suggestion"][n % 3], message: `${n}. ${anything()}.` });
  }
  await write("TB-0000-KHAN.age", { urgent: true, mailbox: "crime", message: "Đang có người vượt biên ở mốc 45, đi ngay" });
  await write("TB-0000-ANH0.age", { message: "Ảnh bãi gỗ lậu sau nhà máy", photos: [picture] });
  for (let n = 0; n < 6; n++) await write(`TB-000${n}-SAME.age`, { message: `Tin dội bom giống nhau cho đầy hòm thư của đơn vị, lần ${n}` });
  const digest = [];
  for (let n = 0; n < 5; n++) digest.push({ name: `TB-000${n}-DDDD.age`, bytes: await sealTip(to, { id: `TB-000${n}-DDDD`, message: ["một con gà", "hai quả núi cao", "ba dòng sông", "bốn mùa", "năm cửa ô"][n] }) });
  const dense = mail(digest).toString().replace(/^Subject: .*$/m, "Subject: =?utf-8?q?[H=C3=B2m_th=C6=B0]_Tin_=C4=91=E1=BA=BFn_d=E1=BB=93n?=");
  writeFileSync(join(dir, "den-don.eml"), `Date: Mon, 23 Nov 2026 08:57:09 +0000\r\n${dense}`);
}

describe("list", () => {
  const cleanups = [];
  const context = { after: (f) => cleanups.push(f) };
  let browser, dir, page;
  const text = (selector) => page.$eval(selector, (e) => e.textContent);
  const texts = (selector) => page.$$eval(selector, (all) => all.map((e) => e.textContent));
  const until = (condition, ...args) => page.waitForFunction(condition, {}, ...args);
  const current = () => page.$eval(".entry[aria-current] .id", (e) => e.textContent);
  const search = async (typed) => {
    await page.$eval("#search", (e) => {
      e.value = "";
      e.dispatchEvent(new Event("input"));
    });
    await page.type("#search", typed);
  };

  async function good(state) {
    await page.evaluate(axe);
    const found = await page.evaluate(() => window.axe.run(document).then(({ violations }) => violations.flatMap((v) => v.nodes.map((node) => `${v.id}: ${node.target}`))));
    assert.deepEqual(found, [], state);
    for (const [width, height] of [[1366, 768], [1024, 768], [360, 640]]) {
      await page.setViewport({ width, height });
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${state} is wider than ${width}`);
      if (process.env.TIPBOX_SHOTS) await page.screenshot({ path: join(process.env.TIPBOX_SHOTS, `${state}-${width}.png`) });
    }
    const bar = await page.$eval("#bar", (e) => e.getBoundingClientRect().height);
    assert.ok(bar < 100, `the bar of ${state} is ${bar} px high on a phone`);
    await page.setViewport({ width: 1366, height: 768 });
  }

  before(async () => {
    dir = tempDir(context);
    const key = await makeKey();
    await folder(join(dir, "tin"), key);
    writeFileSync(join(dir, "khoa"), await lock(key.identity, passphrase));
    writeFileSync(join(dir, "doc-tin.html"), readFileSync(join(root, "reader.html")));
    browser = await launch(context, "chrome");
    page = await newPage(browser);
    page.errors = [];
    page.on("pageerror", (err) => page.errors.push(err.message));
    page.on("console", (m) => page.errors.push(m.text()));
    await page.setViewport({ width: 1366, height: 768 });
    await page.goto(fileURL(join(dir, "doc-tin.html")));
  });
  after(async () => {
    for (const cleanup of cleanups.reverse()) await cleanup();
  });

  test("the start, and a passphrase of spaces", async () => {
    await (await page.$("#pickfolder")).uploadFile(join(dir, "tin"));
    await until((n) => document.querySelector("#tipstatus").textContent === `${n} tin đang chờ mở`, whole + 13);
    await (await page.$("#pickkey")).uploadFile(join(dir, "khoa"));
    assert.equal(await text("#bookstatus"), "Chưa có sổ tin so-tin.age");
    writeFileSync(join(dir, "so-tin.age"), "hỏng");
    await (await page.$("#picktips")).uploadFile(join(dir, "so-tin.age"));
    await page.waitForSelector("[data-problem=bookdamaged]");
    await page.evaluate(() => document.querySelector("#problems .quiet").click());
    await page.waitForSelector("#passphrase:not([disabled])");
    await page.type("#passphrase", "   ");
    await page.keyboard.press("Enter");
    await until(() => /Mới gõ dấu cách/.test(document.querySelector("#unlockerror").textContent));
    await good("start");
    await page.$eval("#passphrase", (e) => { e.value = ""; });
  });

  test("only the rows that are seen are in the document", async () => {
    await page.type("#passphrase", passphrase);
    await page.keyboard.press("Enter");
    await page.waitForSelector(".entry");
    assert.match(await text("#counted"), new RegExp(`^${whole + 13} tin · ${whole + 12} chưa đọc`));
    const seen = () => page.$$eval("#entries li", (all) => all.map((e) => [e.ariaSetSize ?? e.getAttribute("aria-setsize"), Number(e.getAttribute("aria-posinset")), e.getBoundingClientRect().height]));
    const rows = await seen();
    assert.ok(rows.length < 30, `${rows.length} rows in the document`);
    assert.deepEqual(rows.map(([, at]) => at), rows.map((_, i) => i + 1));
    assert.deepEqual([...new Set(rows.map(([, , height]) => height))], [72]);
    assert.equal(Number(rows[0][0]), whole + 2 + 1 + 1, "six that are alike and five of one mail are a row each");
    assert.equal(await current(), "TB-0000-KHAN", "urgent first");
    await page.$eval("#entries", (e) => { e.scrollTop = e.scrollHeight; });
    await until((n) => [...document.querySelectorAll("#entries li")].some((e) => Number(e.getAttribute("aria-posinset")) === n), whole + 4);
    assert.ok((await seen()).length < 30);
    await page.$eval("#entries", (e) => { e.scrollTop = 0; });
    await good("list");
  });

  test("search, filters and keys", async () => {
    await page.keyboard.press("/");
    assert.equal(await page.evaluate(() => document.activeElement.id), "search");
    await page.keyboard.type("bai go lau");
    await until(() => document.querySelectorAll(".entry").length === 1);
    await page.keyboard.press("Enter");
    assert.equal(await text("#text"), "Ảnh bãi gỗ lậu sau nhà máy");
    assert.equal(await page.evaluate(() => document.activeElement.id), "tip");
    await search("bãi gồ"); // another accent
    await until(() => document.querySelectorAll(".entry").length === 0);
    assert.match(await text("#entries"), /Không có tin nào như vậy/);
    await good("none");
    await page.click("#showall");
    await until(() => document.querySelectorAll(".entry").length > 5);
    await page.click("#filter");
    await page.select("#filter-site", "np03");
    await page.select("#filter-box", "report");
    assert.match(await text("#counted"), /^100 trong 313 tin/);
    await page.click("#filter-unread");
    await good("filters");
    const first = await texts(".entry .id");
    await page.focus(".entry");
    await page.keyboard.press("ArrowDown");
    assert.equal(await current(), first[1]);
    assert.equal(await page.evaluate(() => document.activeElement.querySelector(".id").textContent), first[1], "the focus goes along");
    await page.keyboard.press("End");
    await until(() => document.querySelector(".entry[aria-current]").closest("li").getAttribute("aria-posinset") === document.querySelector("#entries li").getAttribute("aria-setsize"));
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowUp");
    assert.equal(await page.evaluate(() => document.activeElement.id), "search");
    await page.click("#showall");
    await page.click("#filter");
  });

  test("what is alike lies together, can be opened, and hidden until the page is locked", async () => {
    await search("doi bom");
    await until(() => document.querySelectorAll(".entry").length === 1);
    assert.equal(await text(".fold"), "+ 5 tin gần giống");
    await page.focus(".entry");
    await page.keyboard.press("ArrowRight");
    await until(() => document.querySelectorAll(".entry").length === 6);
    await good("fold");
    await page.keyboard.press("Enter");
    await page.click("#mute");
    await until(() => document.querySelectorAll(".entry").length === 0);
    assert.match(await text("#muted"), /^6 tin đang ẩn/);
    await page.click("#unmute");
    await until(() => document.querySelectorAll(".entry").length > 0);
    await search("năm cửa ô");
    await until(() => document.querySelectorAll(".entry").length === 1 && !document.querySelector(".fold"));
    await page.click("#showall");
    await page.click("#filter");
    await page.select("#sort", "oldest");
    await page.$eval("#entries", (e) => { e.scrollTop = 0; });
    assert.equal(await text(".fold"), "+ 4 tin đến dồn cùng thư", "the only ones with a day, and an old one");
    await page.select("#sort", "first");
  });

  test("today leads to what there is to do", async () => {
    await page.click("#go-today");
    assert.match(await text("#nobook"), /^Chưa mở sổ tin/);
    assert.deepEqual(await texts("#today h2"), [`Khẩn, chưa xong 1`, `Tin mới, chưa đọc ${await page.$eval("#go-tips .badge", (e) => e.textContent)}`, `Đã đọc, chưa phân loại ${await text("#today-unsorted .badge")}`]);
    await good("today");
    await page.click("#today-new > .button");
    assert.match(await text("#counted"), /chưa đọc/);
    assert.equal(await page.$eval("#filter-unread", (e) => e.checked), true);
    await page.click("#showall");
  });

  test("on a phone list and tip take turns", async () => {
    await page.setViewport({ width: 360, height: 640 });
    await search("moc 45");
    await until(() => document.querySelectorAll(".entry").length === 1);
    await page.click(".entry");
    const seen = () => page.evaluate(() => ["#list", "#tip", "#back"].filter((s) => document.querySelector(s).getClientRects().length));
    assert.deepEqual(await seen(), ["#tip", "#back"]);
    await good("tip");
    await page.setViewport({ width: 360, height: 640 });
    await page.click("#back");
    assert.deepEqual(await seen(), ["#list"]);
    await page.setViewport({ width: 1366, height: 768 });
  });

  test("nothing is left after locking", async () => {
    await page.click("#lock");
    await until(() => document.querySelector("#notice")?.textContent.includes("Đã khóa"));
    assert.ok(!(await page.content()).includes("mốc 45"));
    assert.deepEqual(page.errors, []);
  });

  test("a key that is made is not lost: not by a tap, not by leaving, not by idleness", async () => {
    const asks = () => page.evaluate(() => {
      const event = new Event("beforeunload", { cancelable: true });
      return !window.dispatchEvent(event);
    });
    await page.click("#nokey");
    await page.click("#makekey");
    await page.type("#keyagain", "con trâu");
    assert.match(await text("#keyagainsaid"), /^Gõ KHÔNG DẤU: tắt Unikey/);
    assert.doesNotMatch(await page.$$eval(".drawn li", (all) => all.map((e) => e.firstChild.data).join(" ")), /[^a-z ]/);
    await good("accents");
    await page.$eval("#keyagain", (e) => { e.value = ""; });
    await page.type("#keyagain", await text("#drawn"));
    assert.deepEqual([await asks(), await page.$eval("#drawn", (e) => e.translate), await page.$eval("meta[name=google]", (e) => e.content)], [false, false, "notranslate"]);
    await page.click("#keymake");
    await page.waitForSelector("#fingerprint");
    await page.click("#copyfinger");
    await until(() => document.querySelector("#calleddone").textContent);
    const ticked = () => page.$$eval("#keys .key li", (all) => all.map((e) => e.className).join());
    assert.equal(await ticked(), ",,,", "who copies has not called");
    await page.click("#calledtick");
    assert.equal(await ticked(), ",,,done");
    const disabled = () => page.$eval("#keysnext", (e) => e.disabled);
    await page.click("#sendkey");
    await until(() => document.querySelector("#sentdone").textContent);
    assert.equal(await disabled(), true, "not before the key is saved");
    await good("made");
    assert.equal(await asks(), true, "the browser asks");
    await page.click("#lock");
    await page.waitForSelector("#leaving[open]");
    assert.match(await text("#leaving"), /CHƯA lưu vào USB.*là mất khóa/);
    await good("unsaved");
    await page.evaluate(() => document.querySelector("#staying").click());
    await until(() => !document.querySelector("#leaving") && document.querySelector("#fingerprint"));
    await page.click("#lock");
    await page.waitForSelector("#leaving[open]");
    await page.evaluate(() => { // who was asked has gone away
      const now = Date.now();
      Date.now = () => now + 10 * 60_000;
      document.dispatchEvent(new Event("visibilitychange"));
    });
    await page.waitForSelector("#held");
    assert.deepEqual([await asks(), await page.$("#fingerprint, #leaving"), await page.$eval("body", (e) => e.hidden)], [true, null, false]);
    await page.click("#downkey");
    await until(() => document.querySelector("#notice")?.textContent.includes("tự khóa"));
    assert.deepEqual(page.errors, []);
  });
});
