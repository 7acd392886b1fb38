// Villagers whose phones are searched afterwards: cmd/proof/traces/profile_test.go
// runs this, with a server, says what they write, and where their browsers' profiles
// are to be. Each sends a tip the plain way after the form was given back once, has
// another form given back and leaves it, and sends a tip by the script; and types codes
// to see whether it was answered, with script and without; then the tabs and the browser
// are closed. What is saved while they write is copied beside the rest.
import assert from "node:assert/strict";
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pass } from "node:timers/promises";
import { complete, rows } from "../../src/shared/receipt.js";
import { after, launch, test } from "../support.mjs";
import { blocked, box, led, link, open, press, sealing, thanked } from "../page/villager.mjs";

const tokens = [], codes = [];
const sessions = { chrome: "Default/Sessions", firefox: "sessionstore-backups" };
after(() => writeFileSync(box.result, JSON.stringify({ tokens, codes })));

// As Debian sets it, and people have it: the driver turns it off.
const session = { extraPrefsFirefox: { "browser.sessionstore.resume_from_crash": true, "browser.sessionstore.interval": 500, "browser.sessionstore.interval.idle": 500 } };

for (const name of ["chrome", "firefox"]) { // Chromium 109 is a shell without a profile
  test(`tips are sent from ${name}`, async (t) => {
    const profile = join(box.profiles, name);
    const ends = [], pages = [];
    t.after(() => Promise.all(ends.map((end) => end())));
    const browser = await launch({ after: (end) => ends.push(end) }, name, { userDataDir: profile, ...(name === "firefox" ? session : {}) });
    async function write(way, options) {
      const page = await open({ after() {} }, browser, link(), options);
      pages.push(page);
      await page.$$eval("details", (all) => all.forEach((one) => { one.open = true; }));
      for (const [field, text] of Object.entries(box.words[way])) await page.type(`#${field}`, text);
      await pass(3000); // browsers save every 2 or 3 seconds, with the settings above
      cpSync(join(profile, sessions[name]), join(profile, `while writing ${way}`), { recursive: true });
      tokens.push(await page.$eval("[name=token]", (e) => e.value));
      return page;
    }
    async function back(page) {
      await page.$eval("#tip", (form) => { form.noValidate = true; });
      await Promise.all([page.waitForNavigation(), press(page)]);
      assert.ok(await page.$(".alert"), "the form is given back");
    }
    const plain = await write("plain", { before: blocked });
    await back(plain);
    await plain.click("label:has([value=crime])");
    await press(plain);
    await led(plain);
    await back(await write("left", { before: blocked }));
    const sealed = await write("sealed");
    await sealing(sealed);
    await sealed.click("label:has([value=crime])");
    await press(sealed);
    await thanked(sealed);
    await sealed.click(".receipt summary");
    codes.push(await sealed.$$eval(".digits span", (all) => all.map((e) => e.textContent).join(" ")));
    for (const [n, before] of [["271828182845904523"], ["314159265358979323", blocked]]) {
      const code = rows(complete(n)).join(" ");
      codes.push(code);
      const page = await open({ after() {} }, browser, `${box.url}/r?l=vi`, { before });
      pages.push(page);
      if (!before) await page.waitForSelector("#status");
      await page.type("#code", code);
      await pass(3000);
      cpSync(join(profile, sessions[name]), join(profile, `while typing a code ${before ? "plain" : "script"}`), { recursive: true });
      await page.click("#r button[type=submit]");
      await page.waitForFunction((none) => document.querySelector("main").textContent.includes(none), {}, box.none);
    }
    for (const page of pages) await page.close();
  });
}
