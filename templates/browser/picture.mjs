// docs/form.png: the demo's form on a phone, by day and by night. make pictures runs it.
// node picture.mjs TIPBOX OUT.png
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';

const [tipbox, out] = process.argv.slice(2);
const listen = '127.0.0.1:18997';
const dir = mkdtempSync(join(tmpdir(), 'tipbox-picture-'));
const demo = spawn(tipbox, ['demo', '--dir', join(dir, 'demo'), '--listen', listen], { stdio: 'ignore' });
const browser = await puppeteer.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
try {
  const url = `http://${listen}/t/ncs01?l=vi`;
  for (let left = 100; !(await fetch(url).then((r) => r.ok, () => false)); left--) {
    if (left === 0) throw new Error('the demo does not answer');
    await new Promise((r) => setTimeout(r, 200));
  }
  const page = await browser.newPage();
  const size = { width: 360, height: 640, deviceScaleFactor: 1.5 };
  const shots = [];
  for (const scheme of ['light', 'dark']) {
    await page.setViewport(size);
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    await page.goto(url);
    if (scheme === 'dark') await page.click('[value=report]');
    shots.push(await page.screenshot({ encoding: 'base64' }));
  }
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'light' }]);
  await page.goto('about:blank');
  await page.setViewport({ ...size, width: 2 * size.width + 20 });
  await page.setContent('<body style="margin:0;display:flex;justify-content:space-between">'
    + shots.map((s) => `<img width=360 height=640 src="data:image/png;base64,${s}">`).join(''));
  writeFileSync(out, await page.screenshot());
} finally {
  await browser.close();
  demo.kill();
  rmSync(dir, { recursive: true, force: true });
}
