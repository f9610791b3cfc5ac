// A refresh cookie is copied and used from elsewhere: the session ends for everyone who holds one, and its owner is told.

import { expect, test } from '../fixtures';
import { installClock } from '../fixtures/clock';
import { hold, requestsTo } from '../fixtures/network';
import { cookieIn, sessionCookies } from '../fixtures/thief';

/** Longer than two tabs that race are told from a thief. */
const AFTER_ANY_RACE = 11;

test('a copy that is replayed after its owner went on ends the session for both', async ({
  page, context, server, home, signInPage, alice, thief, browserConsole,
}) => {
  browserConsole.expectsStatus(401);
  await signInPage.signIn(alice);
  const stolen = await cookieIn(context);
  for (const generation of [1, 2]) {
    await home.refreshNow.click();
    await expect(home.happened(/rotated to generation/)).toHaveCount(generation);
    await expect(home.refreshNow).toHaveText('Refresh now');
  }
  await server.advance(AFTER_ANY_RACE);
  expect((await thief.refresh(stolen)).status).toBe(401);
  expect((await thief.refresh(await cookieIn(context))).status, 'the newest copy is dead as well').toBe(401);

  await home.refreshNow.click();
  await expect(signInPage.ended).toBeVisible();
  const { pathname, searchParams } = new URL(page.url());
  expect(pathname).toBe('/login');
  expect(searchParams.get('next')).toBe('/');
  expect(await sessionCookies(context)).toEqual([]);
});

test('a thief who is quicker than the owner is found out when the owner goes on', async ({
  page, context, server, header, signInPage, profilePage, home, alice, thief, browserConsole,
}) => {
  browserConsole.expectsStatus(401);
  await signInPage.signIn(alice);
  await header.profile.click();
  await expect(profilePage.fact('Username')).toHaveText(alice.username);
  const first = await thief.refresh(await cookieIn(context));
  const second = await thief.refresh(first.cookie!);
  expect(await thief.profileStatus(second.accessToken!)).toBe(200);
  await server.advance(AFTER_ANY_RACE);

  await header.session.click();
  await home.refreshNow.click();
  await expect(signInPage.ended).toBeVisible();
  expect(await thief.profileStatus(second.accessToken!), 'the thief\'s access token').toBe(401);
  expect((await thief.refresh(second.cookie!)).status, 'the thief\'s cookie').toBe(401);
  await expect(page).toHaveURL(/reason=ended/);
});

test('the owner\'s open page goes to the sign-in by itself, and back to where it was', async ({
  page, context, server, header, signInPage, profilePage, home, alice, thief, browserConsole,
}) => {
  browserConsole.expectsStatus(401);
  await installClock(page);
  await signInPage.signIn(alice);
  const first = await thief.refresh(await cookieIn(context));
  expect((await thief.refresh(first.cookie!)).status).toBe(200);
  await server.advance(580);
  await page.clock.fastForward('09:40');
  await expect(signInPage.ended).toBeVisible();
  await signInPage.fill(alice);
  await expect(home.greeting(alice)).toBeVisible();
  await expect(home.notice, 'the owner is told why').toBeVisible();
  await header.profile.click();
  await expect(profilePage.fact('Email')).toHaveText(alice.email);
});

test('after a theft, a notice stands on the start page until it is dismissed', async ({ page, home, header, signInPage, profilePage, alice, thief }) => {
  await thief.stealFrom(alice);
  await signInPage.signIn(alice);
  await expect(home.notice).toBeVisible();
  await expect(home.notice).toContainText('We ended a session of yours');
  await page.reload();
  await expect(home.notice).toBeVisible();
  await header.profile.click();
  await expect(profilePage.heading).toBeVisible();
  await header.session.click();
  await expect(home.notice).toBeVisible();

  await home.dismiss.click();
  await expect(home.notice).toBeHidden();
  await page.reload();
  await expect(home.greeting(alice)).toBeVisible();
  await expect(home.notice).toBeHidden();
});

test('while a notice is being dismissed, the button says so and can\'t be pressed twice', async ({ page, home, signInPage, alice, thief }) => {
  await thief.stealFrom(alice);
  await signInPage.signIn(alice);
  const sent = requestsTo(page, '/fn/dismiss_notice');
  const answer = await hold(page, '**/fn/dismiss_notice');
  await home.dismiss.click();
  await answer.arrived;
  await expect(home.dismiss).toHaveText('Dismissing…');
  await expect(home.dismiss).toBeDisabled();
  await home.dismiss.dispatchEvent('click');
  answer.release();
  await expect(home.notice).toBeHidden();
  await expect(page.getByRole('main')).toBeFocused();
  expect(sent).toHaveLength(1);
});

test('nobody but the owner is told', async ({ home, signInPage, alice, bob, thief }) => {
  await thief.stealFrom(alice);
  await signInPage.signIn(bob);
  await expect(home.notice).toBeHidden();
});

test('only the reason that the site itself gives is put into words', async ({ page, signInPage }) => {
  await signInPage.open('?reason=Your+account+was+hacked,+call+us');
  await expect(signInPage.heading).toBeVisible();
  await expect(signInPage.ended).toBeHidden();
  await expect(page.getByText('hacked')).toHaveCount(0);
});
