// The home of the signed-in shows their session live.

import { expect, test } from '../fixtures';
import { installClock } from '../fixtures/clock';
import { sessionCookies } from '../fixtures/thief';

/** `M:SS` in seconds. */
function seconds(text: string): number {
  const [minutes, rest] = text.split(':').map(Number);
  return minutes! * 60 + rest!;
}

test('the access token\'s time runs down, in figures and as a bar', async ({ page, home, signInPage, alice }) => {
  await installClock(page);
  await signInPage.signIn(alice);
  await expect(home.accessToken).toContainText('left of 10:00');
  const bar = home.accessToken.getByRole('progressbar');
  const before = seconds(await home.timeLeft.innerText());
  expect(before).toBeGreaterThan(540);
  await page.clock.fastForward(120_000);
  await expect.poll(async () => seconds(await home.timeLeft.innerText())).toBeLessThanOrEqual(before - 118);
  const value = await bar.evaluate((element: HTMLProgressElement) => [element.value, element.max]);
  expect(value[0]).toBeLessThanOrEqual(482);
  expect(value[1]).toBe(600);
});

test('Refresh now raises the generation, begins the time anew and adds to what happened', async ({ page, home, signInPage, alice }) => {
  await installClock(page);
  await signInPage.signIn(alice);
  const generation = Number(await home.generation.innerText());
  await page.clock.fastForward(60_000);
  await expect(home.timeLeft).toHaveText(/^[0-8]:\d\d$/);
  const happenings = await home.happenings.count();
  await home.refreshNow.click();
  await expect(home.generation).toHaveText(String(generation + 1));
  await expect(home.timeLeft).toHaveText(/^(10:00|9:5\d)$/);
  await expect(home.happened(new RegExp(`rotated to generation ${generation + 1}`))).toBeVisible();
  expect(await home.happenings.count()).toBeGreaterThan(happenings);
});

test('the claims are shown, and the token is not', async ({ page, server, home, signInPage, alice, secrecy }) => {
  await signInPage.signIn(alice);
  const claims = page.getByRole('table');
  const value = (name: string) =>
    claims.getByRole('row').filter({ has: page.getByRole('rowheader', { name: new RegExp(`^${name} `) }) }).getByRole('cell');
  await expect(value('iss')).toHaveText(server.url);
  await expect(value('aud')).toHaveText(server.url);
  await expect(value('client_id')).toHaveText('latchkey');
  await expect(value('amr')).toHaveText('pwd');
  await expect(value('auth_time')).toHaveText(/^\d{1,2} [A-Z][a-z]{2}, \d\d:\d\d:\d\d UTC$/);
  await expect(value('sub')).toHaveText(/^[0-9a-f-]{36}$/);
  await expect(value('gen')).toHaveText(await home.generation.innerText());
  await expect(home.accessToken).toContainText('EdDSA');
  await secrecy.inspect(page);
});

test('a page that is loaded tells how it came to its token', async ({ home, signInPage, alice }) => {
  await signInPage.signIn(alice);
  await home.open();
  await expect(home.happened(/rendered signed in, with no token in it/)).toBeVisible();
  await expect(home.happened(/rotated to generation/)).toBeVisible();
  await expect(home.happenings, 'the newest first').toHaveText([/proof that it arrived/, /rotated to generation/, /rendered signed in/]);
});

test('what happened has room of its own, which the keyboard can scroll', async ({ page, home, signInPage, alice }) => {
  await signInPage.signIn(alice);
  const list = home.story.getByRole('list', { name: 'What happened' });
  const room = (await list.boundingBox())!.height;
  for (const generation of [1, 2, 3]) {
    await home.refreshNow.click();
    await expect(home.happened(new RegExp(`rotated to generation ${generation}$`))).toBeVisible();
    await expect(home.refreshNow).toHaveText('Refresh now');
  }
  expect((await list.boundingBox())!.height).toBe(room);
  await expect(home.happenings.last()).not.toBeInViewport();
  await list.focus();
  await page.keyboard.press('End');
  await expect(home.happenings.last()).toBeInViewport();
});

test('a refresh under way is said on the button, which can\'t be pressed twice', async ({ page, home, signInPage, alice }) => {
  await signInPage.signIn(alice);
  let sent = 0;
  await page.route('**/fn/refresh', async (route) => {
    sent += 1;
    await expect(home.refreshNow).toHaveText('Refreshing…');
    await home.refreshNow.dispatchEvent('click');
    await route.continue();
  });
  await home.refreshNow.click();
  await expect(home.happened(/rotated to generation/)).toBeVisible();
  await expect(home.refreshNow).toHaveText('Refresh now');
  expect(sent).toBe(1);
});

test('signing out everywhere is asked before, and leads to the start as a stranger', async ({ page, context, home, header, signInPage, alice }) => {
  await signInPage.signIn(alice);
  await home.answerSignOutEverywhere('Stay signed in');
  await expect(home.question).toHaveCount(0);
  await expect(home.greeting(alice)).toBeVisible();
  await home.answerSignOutEverywhere('Sign me out');
  await expect(header.signIn).toBeVisible();
  await expect(page).toHaveURL('/');
  expect(await sessionCookies(context)).toEqual([]);
});
