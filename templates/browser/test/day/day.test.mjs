// An officer's whole day in the desk, in each engine that an officer may have: a key
// made, put on paper and brought back, a first tip, the book, another copy of it, a tip
// passed on and printed, the page locked. What is saved here is opened by the real
// command, and what the command printed is read here: cmd/proof/page/day_test.go runs this.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { engines, example, fileURL, launch, mail, newPage, sealTip, test } from "../support.mjs";
import { webkit } from "../webkit.mjs";

if (!process.env.TIPBOX) throw new Error("cmd/proof/page/day_test.go runs this, with files of the command's");

/** {dir, desk, sheet, lines, passphrase, fingerprint, to, result}: the desk's file, what tipbox keygen made, and the unit that a tip is passed on to. */
const given = JSON.parse(process.env.TIPBOX);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const made = {}; // by engine

async function pageIn(t, name) {
  if (name === "webkit") return webkit(t);
  const page = await newPage(await launch(t, name));
  page.errors = [];
  page.on("pageerror", (err) => page.errors.push(err.message));
  page.on("console", (m) => page.errors.push(m.text()));
  page.on("request", (r) => /^(file|blob|data|about)/.test(r.url()) || page.errors.push(r.url()));
  await page.setViewport({ width: 1280, height: 900 });
  return page;
}

for (const name of engines("chrome", "chrome109", "firefox", "webkit")) {
  test(`the day in ${name}`, async (t) => {
    const page = await pageIn(t, name);
    const text = (selector) => page.$eval(selector, (e) => e.textContent);
    const until = (body, ...args) => page.waitForFunction(body, {}, ...args);
    const upload = async (selector, ...paths) => (await page.$(selector)).uploadFile(...paths);
    const looks = async (state) => { // in one engine: what axe asks is the same in all
      if (process.env.TIPBOX_SHOTS && page.screenshot) await page.screenshot({ path: join(process.env.TIPBOX_SHOTS, `${name}-${state}.png`), fullPage: true });
      if (name !== "chrome") return;
      await page.evaluate(axe);
      const found = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }));
      assert.deepEqual(found.violations.flatMap((v) => v.nodes.map((node) => `${state}: ${v.id}: ${node.target}`)), []);
    };
    // What the page gives the browser to save or print: the same in all engines.
    const saved = async (selector) => {
      await page.evaluate(() => {
        window.given = null;
        window.make = window.make || URL.createObjectURL;
        URL.createObjectURL = (blob) => {
          if (blob.type !== "text/javascript") window.given = blob; // a worker's script
          return window.make.call(URL, blob);
        };
      });
      await page.click(selector);
      await until(() => window.given);
      return Buffer.from(await page.evaluate(async () => [...new Uint8Array(await window.given.arrayBuffer())]));
    };
    const file = (what) => join(given.dir, `${name}-${what}`);

    await page.goto(fileURL(given.desk));
    await looks("start");
    await page.click("#nokey");
    await looks("keys");

    // A key, with the words that were drawn.
    await page.click("#makekey");
    assert.equal(await page.$eval("#keymake", (e) => e.disabled), true);
    await page.type("#keylabel", "Đại úy Páo");
    await page.click("#ownway");
    await page.type("#keypass", "31/12/1985");
    await until(() => document.querySelector("#strength")?.dataset.level === "none");
    await looks("own");
    await page.click("#ownway");
    const passphrase = await text("#drawn");
    await page.type("#keyagain", passphrase);
    await until(() => !document.querySelector("#keymake").disabled);
    await looks("making");
    await page.click("#keymake");
    await page.waitForSelector("#fingerprint");
    await looks("made");
    const recipient = await text("#recipient");
    writeFileSync(file("khoa-cua-toi"), await saved("#downkey"));
    writeFileSync(file("gui-quan-tri.txt"), await saved("#sendkey"));
    made[name] = { passphrase, fingerprint: await text("#fingerprint") };

    // On paper, and the paper tried: another key's first.
    await upload("#trysheet", given.sheet);
    await page.waitForSelector("#trieddone ~ [data-problem=otherpaper]");
    await page.evaluate(() => { window.print = () => { window.printed = document.querySelector("#paper").textContent; }; });
    await page.click("#printkey");
    await until(() => window.printed);
    assert.ok((await page.evaluate(() => window.printed)).includes(made[name].fingerprint));
    if (page.pdf) { // WebKit's driver prints nothing
      writeFileSync(file("giay.pdf"), await page.pdf({ preferCSSPageSize: true, timeout: 60_000 }));
      execFileSync("pdftoppm", ["-r", "150", "-gray", "-png", "-singlefile", file("giay.pdf"), file("giay")]);
      await page.evaluate(() => window.dispatchEvent(new Event("afterprint")));
      await upload("#trysheet", file("giay.png"));
      await until(() => document.querySelector("#trieddone").textContent);
    } else await page.evaluate(() => window.dispatchEvent(new Event("afterprint")));
    await until(() => !document.querySelector("#paper"));
    await page.evaluate(() => { window.printed = ""; });
    await page.click("#printrecipient");
    await until(() => window.printed);
    assert.ok((await page.evaluate(() => window.printed)).includes(recipient));
    await page.evaluate(() => window.dispatchEvent(new Event("afterprint")));
    await page.evaluate(() => { window.printed = ""; });

    // What the command printed, brought back: by photo, or, where only half is on it, by hand.
    await page.click(".another summary");
    await page.click("#restorekey");
    await page.type("#typedlines", given.lines.map((line, i) => (i === 1 ? line.replace(/ \w/, " 9") : line)).slice(0, 2).join("\n"));
    await page.click("#readtyped");
    await page.waitForSelector("[data-problem=typo]");
    assert.match(await text("#keysproblem"), /^Gõ sai dòng 2\./);
    assert.match(await text("#readsofar"), /^Đã đọc 1\/17 dòng\. Còn thiếu dòng 2-17/);
    await looks("restoring");
    if (name === "firefox") {
      await page.$eval("#typedlines", (e, lines) => {
        e.value = lines;
        e.dispatchEvent(new Event("input", { bubbles: true }));
      }, given.lines.join("\n"));
      await page.click("#readtyped");
    } else await upload("#sheetphotos", given.sheet);
    await page.waitForSelector("#sheetpass");
    await looks("restored");
    writeFileSync(file("khoi-phuc"), await saved("#downsheet"));
    await page.type("#sheetpass", "sai");
    await page.click("#sheetcheck");
    await page.waitForSelector("[data-problem=wrongpassphrase]");
    await page.$eval("#sheetpass", (e) => {
      e.value = "";
      e.dispatchEvent(new Event("input", { bubbles: true }));
    });
    await page.type("#sheetpass", given.passphrase);
    await page.click("#sheetcheck");
    await until((want) => document.querySelector("#fingerprint")?.textContent === want, given.fingerprint);
    await looks("two keys");

    // The first tip, and the book that it stands in. Nobody chooses a folder for a test.
    const tip = await sealTip([recipient], { id: "TB-7F3K-9QMX" });
    writeFileSync(file("thu.eml"), Buffer.concat([Buffer.from(`Date: ${new Date().toUTCString()}\r\n`), mail([{ name: "TB-7F3K-9QMX.age", bytes: tip }])]));
    const noFolders = () => page.evaluate(() => { window.showDirectoryPicker = window.showOpenFilePicker = undefined; });
    await noFolders();
    await page.click("#keysnext");
    await upload("#picktips", file("thu.eml"));
    await page.waitForSelector("#text");
    assert.equal(await text("#text"), example.message);
    await page.click("#tobook");
    await looks("no book");
    assert.equal(await page.$eval("#unit", (e) => e.value), example.unit);
    await page.click("#make");
    await page.waitForSelector("#savebook");
    writeFileSync(file("so-tin.age"), await saved("#savebook")); // as a colleague gets it
    await looks("book");
    await page.click("#go-tips");
    await page.click("#kind-order");
    await page.waitForSelector("#kind-order[aria-pressed=true]");
    await page.type("#in-to", "Tổ tuần tra");
    await page.click("#do-to");
    await page.waitForSelector("#assigned");
    await looks("tip");

    // Locking asks for what is not saved yet.
    await page.click("#lock");
    await page.waitForSelector("#savelock");
    await looks("leaving");
    await page.click("#staying");
    await page.click("#go-book");
    writeFileSync(file("so-tin-cua-toi.age"), await saved("#savebook"));
    const gone = () => page.evaluate(() => { window.before = true; });
    await gone();
    await page.click("#lock");
    await until(() => !window.before && document.querySelector("#notice"));

    // The colleague's copy of this morning, handled there, and this one dropped on it.
    await noFolders();
    await upload("#picktips", file("thu.eml"), file("so-tin.age"));
    await upload("#pickkey", file("khoa-cua-toi"));
    await page.waitForSelector("#passphrase:not([disabled])");
    await page.type("#passphrase", passphrase);
    await page.click("#unlock");
    await page.waitForSelector("#go-tips");
    await page.click("#go-tips");
    await page.click("#status-checking");
    await page.waitForSelector("#status-checking[aria-pressed=true]");
    assert.equal(await page.evaluate(() => document.querySelector("#assigned")), null);
    await page.click("#go-book");
    await upload("#mergebook", file("so-tin-cua-toi.age"));
    await page.waitForSelector("#merged");
    await page.click("#go-tips");
    assert.equal(await text("#assigned"), "Tổ tuần tra");
    assert.equal(await page.$eval("#status-checking", (e) => e.getAttribute("aria-pressed")), "true");

    // Passed on and printed.
    await page.click("#pass");
    await page.waitForSelector("#passto");
    await page.$eval("#passto", (e, to) => {
      e.value = to;
      e.dispatchEvent(new Event("change", { bubbles: true }));
    }, given.to);
    await page.click("#passmet");
    await page.type("#maskwords", "rác");
    await page.click("#mask");
    await looks("passing");
    await page.click("#passlook");
    await page.waitForSelector("#passseal");
    writeFileSync(file("chuyen.age"), await saved("#passseal"));
    await page.evaluate(() => {
      window.print = () => {
        for (let twice = 0; twice < 2; twice++) document.querySelector("#language").click(); // drawn anew while it is printed
        window.printed = "pressing" in document.body.dataset ? document.querySelector("#paper").textContent : "undone";
      };
    });
    await page.click("#printsheet");
    await until(() => window.printed);
    await page.evaluate(() => window.dispatchEvent(new Event("afterprint")));
    const printed = await page.evaluate(() => window.printed);
    for (const words of ["TB-7F3K-9QMX", "Tổ tuần tra", example.message]) assert.ok(printed.includes(words), `${words} is not on the sheet`);
    await page.click("#go-today");
    await looks("today");
    await page.click("#go-counts");
    await looks("counts");
    await page.click("#go-book");
    writeFileSync(file("so-tin-gop.age"), await saved("#savebook"));

    // Locked: nothing is left but the file as it was.
    await gone();
    await page.click("#lock");
    await until(() => !window.before && document.querySelector("#notice"));
    const left = await page.evaluate(() => ({
      page: document.documentElement.outerHTML.replace(/<script>.*<\/script>|<style>.*<\/style>/gs, ""), local: localStorage.length, session: sessionStorage.length, cookie: document.cookie, hash: location.hash,
    }));
    for (const secret of [passphrase, "Tổ tuần tra", "TB-7F3K", made[name].fingerprint, recipient, "AGE-SECRET", example.message]) assert.ok(!left.page.includes(secret), secret);
    assert.deepEqual({ ...left, page: "" }, { page: "", local: 0, session: 0, cookie: "", hash: "" });
    assert.deepEqual(page.errors || [], []);
    writeFileSync(given.result, JSON.stringify(made));
  });
}
