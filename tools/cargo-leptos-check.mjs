// Proves that cargo-leptos builds a server that works, and that its watching shows a changed style without a reload.
// node tools/cargo-leptos-check.mjs build | watch   (with cargo-leptos and the tools that it calls on PATH)
import { spawn } from 'node:child_process';
import { cpSync, appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';

const checkout = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');
const target = process.env.CARGO_TARGET_DIR ?? join(checkout, 'target');
const folder = mkdtempSync(join(tmpdir(), 'latchkey-cargo-leptos-'));
const started = [];

const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

async function within(seconds, what, attempt) {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const answer = await attempt().catch(() => undefined);
    if (answer) return answer;
    if (performance.now() > end) throw new Error(`${what}: not within ${seconds} s`);
    if (started.some((child) => child.exitCode !== null)) throw new Error(`${what}: the program ended before`);
    await wait(200);
  }
}

function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

// The server's settings for a database that is thrown away; none of the settings of whoever runs this.
function environment(port) {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('LATCHKEY_') && !name.startsWith('LEPTOS_'));
  return {
    ...Object.fromEntries(inherited),
    CARGO_TARGET_DIR: target,
    LATCHKEY_LISTEN: `127.0.0.1:${port}`,
    LATCHKEY_DATABASE_URL: `sqlite:${join(folder, 'latchkey.db')}`,
    LATCHKEY_MASTER_SECRET: 'of no worth: for a database that is thrown away',
  };
}

function start(command, args, options) {
  // A process group of its own, so that what it starts ends with it.
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], detached: true, ...options });
  started.push(child);
  return child;
}

async function stop() {
  for (const child of started) {
    for (const signal of ['SIGINT', 'SIGKILL']) {
      try {
        process.kill(-child.pid, signal);
      } catch {
        break;
      }
      for (let patience = 0; patience < 50 && child.exitCode === null && child.signalCode === null; patience++) await wait(100);
    }
  }
  rmSync(folder, { recursive: true, force: true });
}

async function text(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return answer.text();
}

// Fetches a page with every file of the site that it names, and answers with the files' paths.
async function visit(origin, patience) {
  const page = await within(patience, `${origin}/login`, () => text(`${origin}/login`));
  const files = [...new Set(page.match(/\/pkg\/[\w.-]+/g) ?? [])];
  for (const kind of ['css', 'js', 'wasm']) {
    if (!files.some((file) => file.endsWith(`.${kind}`))) throw new Error(`the page names no ${kind} file`);
  }
  for (const file of files) await text(origin + file);
  return files;
}

async function build() {
  const port = await freePort();
  const environmentOfBuild = { ...environment(port), LEPTOS_HASH_FILES: 'true' };
  const code = await new Promise((done) => {
    const child = start('cargo', ['leptos', 'build', '--release', '--precompress'], { cwd: checkout, env: environmentOfBuild });
    child.on('exit', done);
  });
  started.length = 0;
  if (code !== 0) throw new Error(`cargo leptos build ended with ${code}`);
  start(join(target, 'release', 'latchkey'), [], {
    cwd: checkout,
    env: { ...environmentOfBuild, LEPTOS_SITE_ROOT: join(checkout, 'target', 'site') },
  });
  const files = await visit(`http://127.0.0.1:${port}`, 30);
  const plain = files.filter((file) => /^\/pkg\/[^.]+\.\w+$/.test(file));
  if (plain.length > 0) throw new Error(`without a hash in the name: ${plain.join(', ')}`);
}

async function watch() {
  const copy = join(folder, 'checkout');
  const left = new Set(['.git', 'data', 'node_modules', 'target']);
  cpSync(checkout, copy, { recursive: true, preserveTimestamps: true, filter: (path) => !left.has(basename(path)) });
  const port = await freePort();
  const reloadPort = await freePort();
  start('cargo', ['leptos', 'watch', '--hot-reload'], {
    cwd: copy,
    env: { ...environment(port), LEPTOS_SITE_ADDR: `127.0.0.1:${port}`, LEPTOS_RELOAD_PORT: String(reloadPort) },
  });
  const origin = `http://127.0.0.1:${port}`;
  const files = await visit(origin, 1200);
  const style = files.find((file) => file.endsWith('.css'));

  // What the page's own script does: it listens on the reload port for the name of a style sheet to fetch again.
  let told = '';
  const headers = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'bGF0Y2hrZXktbGF0Y2hrZQ==' };
  const request = get({ host: '127.0.0.1', port: reloadPort, path: '/live_reload', headers });
  request.on('upgrade', (_answer, socket) => socket.on('data', (data) => (told += data)));
  request.on('error', (error) => (told += error));

  appendFileSync(join(copy, 'style', 'main.css'), '\n.changed-while-watching { color: red }\n');
  await within(60, 'the changed style', async () => (await text(origin + style)).includes('changed-while-watching'));
  await within(10, 'the word to pages that a style changed', async () => told.includes('css'));
}

try {
  await { build, watch }[process.argv[2]]();
  console.log(`cargo leptos ${process.argv[2]} works`);
} catch (error) {
  console.error(`✗ ${error.message}`);
  process.exitCode = 1;
} finally {
  await stop();
}
