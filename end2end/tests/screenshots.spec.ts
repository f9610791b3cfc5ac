// Pictures of every screen, and the page docs/screens.md that shows them: both of one list. Written only when they are asked for: `make screenshots`.

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { APIRequestContext, Page } from '@playwright/test';
import { expect, test } from '../fixtures';
import type { ConsoleGuard } from '../fixtures/console';
import { fileOf, galleryOf, SCHEMES, type Shelf, type Shown, WIDTHS, writePicture } from '../fixtures/gallery';
import { hydrated } from '../fixtures/hydration';
import { letterTo, linkIn } from '../fixtures/letters';
import { askForAddress, type Person, register } from '../fixtures/person';
import type { Server } from '../fixtures/server';
import type { Thief } from '../fixtures/thief';
import { ForgotPasswordPage } from '../pages/forgot-password';
import { HomePage } from '../pages/home';
import { NotFoundPage } from '../pages/not-found';
import { ProfilePage } from '../pages/profile';
import { RegisterPage } from '../pages/register';
import { ResetPasswordPage } from '../pages/reset-password';
import { SettingsPage } from '../pages/settings';
import { SignInPage } from '../pages/sign-in';
import { SiteHeader } from '../pages/site-header';
import { VerifyEmailPage } from '../pages/verify-email';

const PICTURES = fileURLToPath(new URL('../../docs/screenshots/', import.meta.url));
const GALLERY = fileURLToPath(new URL('../../docs/screens.md', import.meta.url));
const MADE =
  '`make screenshots` writes this page and its pictures, of the list in `end2end/tests/screenshots.spec.ts`: change it there. Each screen is seen ' +
  'in the scheme that you have chosen for this page, on a wide screen and on a phone.';

const ADA: Person = { username: 'ada', email: 'ada@example.org', password: 'quiet harbour lantern 1843' };
const NEW_PASSWORD = 'eight loud hatters hum at dusk';
const NEW_EMAIL = 'ada@example.net';
const PROOF_IS_OLD = 660;

/** With fewer dots than a page is counted in: the gallery shows the pictures smaller still, and all of them together are to stay under 2 MB. */
const SIZES = {
  1280: { viewport: { width: 1280, height: 900 }, deviceScaleFactor: 0.75 },
  360: { viewport: { width: 360, height: 780 }, isMobile: true, hasTouch: true, deviceScaleFactor: 0.625 },
};

interface Stage {
  readonly page: Page;
  readonly request: APIRequestContext;
  readonly server: Server;
  readonly thief: Thief;
  readonly browserConsole: ConsoleGuard;
}

interface Screen extends Shown {
  /** Brings it about, from where the screen before it was left. */
  reach(stage: Stage): Promise<void>;
}

interface Scenes extends Shelf {
  /** Of the server that all of them are on. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly screens: readonly Screen[];
}

/** A page of the settings as it is opened. */
function ofSettings(name: string, title: string, shows: string): Screen {
  return {
    name: name === '' ? 'settings' : `settings-${name}`,
    title,
    shows,
    async reach({ page }) {
      const settings = new SettingsPage(page);
      await settings.open(name);
      await expect(name === 'devices' || name === 'activity' ? settings.rows.first() : settings.heading).toBeVisible();
    },
  };
}

/** A page that the server alone makes. */
function plain(name: string, path: string, title: string, shows: string): Screen {
  return {
    name,
    title,
    shows,
    async reach({ page }) {
      await page.goto(path);
      await expect(page.getByRole('heading').first()).toBeVisible();
    },
  };
}

/** The answer to a sign-in or a sign-up that goes on by a letter. */
async function lookIntoYourMail(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { name: 'Look into your mail' })).toBeVisible();
}

const SCENES: readonly Scenes[] = [
  {
    title: 'Coming in',
    screens: [
      {
        name: 'start',
        title: 'The start of a stranger',
        shows: 'What this is, and the two ways in.',
        async reach({ page, request }) {
          await register(request, ADA);
          await new HomePage(page).open();
        },
      },
      {
        name: 'register',
        title: 'Create an account',
        shows: 'The password is judged while it is typed, by the same rules as on the server.',
        async reach({ page }) {
          const form = new RegisterPage(page);
          await form.open();
          await form.username.fill(ADA.username);
          await form.email.fill(ADA.email);
          await form.password.fill(ADA.password);
        },
      },
      {
        name: 'sign-in',
        title: 'Sign in',
        shows: 'By username or email address.',
        async reach({ page }) {
          await new SignInPage(page).open();
        },
      },
      {
        name: 'sign-in-refused',
        title: 'A wrong password',
        shows: 'The same is said whether there is such an account or not, and the username stays.',
        async reach({ page, browserConsole }) {
          browserConsole.expectsStatus(401);
          const form = new SignInPage(page);
          await form.fill({ ...ADA, password: 'not this one, surely' });
          await expect(form.alert).toBeVisible();
        },
      },
      {
        name: 'forgot-password',
        title: 'A forgotten password',
        shows: 'A letter is asked for, by which another password is chosen.',
        async reach({ page }) {
          await new ForgotPasswordPage(page).visit();
          await hydrated(page);
        },
      },
      {
        name: 'forgot-password-asked',
        title: 'The letter was asked for',
        shows: 'The same is said whether there is such an account or not.',
        async reach({ page }) {
          const forgot = new ForgotPasswordPage(page);
          await forgot.ask(ADA.email);
          await expect(forgot.asked).toBeVisible();
        },
      },
      {
        name: 'not-found',
        title: 'An address that is no page',
        shows: 'It says so, and leads back.',
        async reach({ page, browserConsole }) {
          browserConsole.expectsStatus(404);
          await page.goto('/nowhere');
          await expect(new NotFoundPage(page).heading).toBeVisible();
        },
      },
    ],
  },
  {
    title: 'Behind the links of letters',
    screens: [
      {
        name: 'verify-email',
        title: 'Confirm an address',
        shows: 'Opening a link changes nothing, since programs that look through mail do so too: its button does.',
        async reach({ page, request, server }) {
          await register(request, ADA);
          await page.goto(linkIn(await letterTo(server, ADA.email, 'verify_email'), '/verify-email'));
          await hydrated(page);
        },
      },
      {
        name: 'reset-password',
        title: 'Choose another password',
        shows: 'The page names the account, and the password is judged while it is typed.',
        async reach({ page, server }) {
          const forgot = new ForgotPasswordPage(page);
          await forgot.visit();
          await forgot.ask(ADA.email);
          await expect(forgot.asked).toBeVisible();
          await page.goto(linkIn(await letterTo(server, ADA.email, 'reset_password'), '/reset-password'));
          await hydrated(page);
          await new ResetPasswordPage(page).password.fill(NEW_PASSWORD);
        },
      },
      {
        name: 'sign-in-after-reset',
        title: 'The password was changed',
        shows: 'Nobody is signed in by the link, and everybody was signed out.',
        async reach({ page }) {
          await new ResetPasswordPage(page).submit.click();
          await expect(page).toHaveURL('/login?reason=reset');
          await hydrated(page);
        },
      },
      {
        name: 'reset-password-void',
        title: 'A link that is good for nothing',
        shows: 'It was used, is too old, or a newer one was sent: the page leads to another letter.',
        async reach({ page }) {
          await page.goto('/reset-password?token=void');
          await expect(new ResetPasswordPage(page).isVoid).toBeVisible();
        },
      },
      {
        name: 'confirm-email',
        title: 'Confirm another address',
        shows: 'The letter went to the new address, and the account has it once the button is pressed.',
        async reach({ page, request, server }) {
          await askForAddress(request, { ...ADA, password: NEW_PASSWORD }, NEW_EMAIL);
          await page.goto(linkIn(await letterTo(server, NEW_EMAIL, 'confirm_new_email'), '/confirm-email'));
          await hydrated(page);
        },
      },
      {
        name: 'undo-email-change',
        title: 'Take a change of address back',
        shows: 'The former address can do so for a week, which signs everybody out.',
        async reach({ page, server }) {
          await page.getByRole('button', { name: 'Use this address' }).click();
          await expect(page.getByText('Your account has its new address.')).toBeVisible();
          await page.goto(linkIn(await letterTo(server, ADA.email, 'email_changed'), '/undo-email-change'));
          await hydrated(page);
        },
      },
      {
        name: 'not-me',
        title: 'It wasn\'t me',
        shows: 'Letters about a changed password, a new browser, a stolen session or a planned deletion lead here.',
        async reach({ page, server }) {
          await page.goto(linkIn(await letterTo(server, ADA.email, 'password_changed'), '/not-me'));
          await hydrated(page);
        },
      },
    ],
  },
  {
    title: 'Signed in',
    screens: [
      {
        name: 'home-unconfirmed',
        title: 'The session, with an address that is not confirmed',
        shows: 'The banner stands above every page until it is.',
        async reach({ page, request }) {
          await register(request, ADA);
          await new SignInPage(page).signIn(ADA);
          await new HomePage(page).open();
          await new HomePage(page).settled();
        },
      },
      {
        name: 'verify-email-code',
        title: 'Confirm the address by a code',
        shows: 'Who is signed in may type the code of the letter instead of opening its link, and can have another one.',
        async reach({ page }) {
          const verify = new VerifyEmailPage(page);
          await verify.visit();
          await expect(verify.code).toBeVisible();
          await hydrated(page);
        },
      },
      {
        name: 'verify-email-done',
        title: 'The address is confirmed',
        shows: 'By the code, or by the link in any browser.',
        async reach({ page, server }) {
          const verify = new VerifyEmailPage(page);
          await verify.code.fill((await letterTo(server, ADA.email, 'verify_email')).code!);
          await verify.confirm.click();
          await expect(verify.done).toBeVisible();
        },
      },
      {
        name: 'home',
        title: 'The session',
        shows: 'How long the access token in the tab\'s memory lives, the session behind the cookie that no script can read, and what has happened.',
        async reach({ page }) {
          const home = new HomePage(page);
          await home.open();
          await home.settled();
        },
      },
      {
        name: 'profile',
        title: 'The profile',
        shows: 'What the account is.',
        async reach({ page }) {
          const profile = new ProfilePage(page);
          await profile.open();
          await expect(profile.fact('Email')).toHaveText(ADA.email);
        },
      },
      {
        name: 'home-notice',
        title: 'After a theft',
        shows: 'A token that had been used before came back: the session was ended, and its owner is told at the next sign-in.',
        async reach({ page, thief }) {
          const header = new SiteHeader(page);
          await new HomePage(page).open();
          await new HomePage(page).settled();
          await header.signOut.click();
          await expect(header.signIn).toBeVisible();
          await thief.stealFrom(ADA);
          await new SignInPage(page).signIn(ADA);
          await expect(new HomePage(page).notice).toBeVisible();
        },
      },
    ],
  },
  {
    title: 'Settings',
    screens: [
      {
        ...ofSettings('', 'All settings', 'What can be changed, and what it is now.'),
        async reach({ page, request }) {
          await register(request, ADA);
          await new SignInPage(page).signIn(ADA);
          await new SettingsPage(page).open();
        },
      },
      ofSettings('profile', 'The username', 'It can be changed, unless somebody has it.'),
      ofSettings('email', 'The address', 'Another one counts once the button behind its letter was pressed.'),
      {
        name: 'settings-email-asked',
        title: 'Another address was asked for',
        shows: 'A letter is on its way to it, and until then all is as before.',
        async reach({ page }) {
          const settings = new SettingsPage(page);
          await settings.newEmail.fill(NEW_EMAIL);
          await settings.button('Change the address').click();
          await expect(settings.said(`A letter is on its way to ${NEW_EMAIL}.`)).toBeVisible();
        },
      },
      ofSettings('password', 'The password', 'The one in use is asked for, and all other devices are signed out.'),
      ofSettings('devices', 'Devices', 'Where one is signed in. Each can be signed out, and all others at once.'),
      ofSettings('activity', 'Activity', 'What happened to the account. Who did not do it says so here.'),
      ofSettings('export', 'A copy of one\'s data', 'One file with all that is held, and without a secret.'),
      ofSettings('delete', 'Leaving', 'What is lost, and when.'),
      {
        name: 'settings-delete-question',
        title: 'A question before something is done',
        shows: 'What is hard to undo is asked once more.',
        async reach({ page }) {
          const settings = new SettingsPage(page);
          await settings.button('Delete my account').click();
          await expect(settings.question).toBeVisible();
        },
      },
      {
        name: 'settings-delete-planned',
        title: 'An account that will be deleted',
        shows: 'It goes on as before until its day, and can be kept until then.',
        async reach({ page }) {
          const settings = new SettingsPage(page);
          await settings.answer('Delete my account');
          await expect(settings.button('Keep my account')).toBeVisible();
        },
      },
      {
        name: 'settings-proof',
        title: 'The password, asked for again',
        shows: 'Where it was given more than ten minutes ago. What was begun goes on after it.',
        async reach({ page, server, browserConsole }) {
          browserConsole.expectsStatus(401);
          const settings = new SettingsPage(page);
          await settings.open('export');
          await server.advance(PROOF_IS_OLD);
          await settings.button('Download my data').click();
          await expect(settings.proof).toBeVisible();
        },
      },
    ],
  },
  {
    title: 'Signing in by a letter',
    settings: { LATCHKEY_SIGN_IN_LINKS: 'true' },
    screens: [
      {
        name: 'sign-in-link',
        title: 'Ask for the letter',
        shows: 'Where the setting `sign_in_links` is on.',
        async reach({ page, request }) {
          await register(request, ADA);
          await page.goto('/sign-in-link');
          await hydrated(page);
        },
      },
      {
        name: 'sign-in-link-asked',
        title: 'Type its code',
        shows: 'The code signs in where it was asked for; the link does in any browser.',
        async reach({ page }) {
          await page.getByLabel('Email', { exact: true }).fill(ADA.email);
          await page.getByRole('button', { name: 'Send the letter' }).click();
          await lookIntoYourMail(page);
        },
      },
      {
        name: 'sign-in-link-opened',
        title: 'Or open its link',
        shows: 'The page names the account, and its button signs in.',
        async reach({ page, server }) {
          await page.goto(linkIn(await letterTo(server, ADA.email, 'sign_in'), '/sign-in-link'));
          await hydrated(page);
        },
      },
    ],
  },
  {
    title: 'Where an address is proven first',
    settings: { LATCHKEY_VERIFICATION: 'required' },
    screens: [
      {
        name: 'confirm-sign-up',
        title: 'A letter before there is an account',
        shows: 'Where the setting `verification` is `required`. The same is said whether the address is known or not.',
        async reach({ page }) {
          const form = new RegisterPage(page);
          await form.open();
          await form.fill(ADA);
          await lookIntoYourMail(page);
        },
      },
      {
        name: 'confirm-sign-up-opened',
        title: 'Its link, in the browser that asked',
        shows: 'One button makes the account and signs in.',
        async reach({ page, server }) {
          await page.goto(linkIn(await letterTo(server, ADA.email, 'confirm_sign_up'), '/confirm-sign-up'));
          await hydrated(page);
        },
      },
      {
        name: 'confirm-sign-up-elsewhere',
        title: 'Its link, in another browser',
        shows: 'The password is asked for, so that nobody prepares an account for somebody else.',
        async reach({ page, server }) {
          await page.context().clearCookies();
          await page.goto(linkIn(await letterTo(server, ADA.email, 'confirm_sign_up'), '/confirm-sign-up'));
          await hydrated(page);
          await expect(page.getByLabel('Password', { exact: true })).toBeVisible();
        },
      },
    ],
  },
  {
    title: 'For programs, and who writes them',
    screens: [
      plain('api-docs', '/api/docs', 'The API, to be read and tried out', 'Made of the description in OpenAPI that the program gives.'),
      plain('problems', '/problems', 'Every kind of problem', 'What the API answers where it refuses.'),
      plain('problem', '/problems/invalid-request', 'One kind of problem', 'What it means, and what to do. The `type` of each problem leads here.'),
      {
        name: 'mailbox',
        title: 'The mailbox while developing',
        shows: 'At `/dev/mail`: what was sent, which goes nowhere else.',
        async reach({ page, request, server }) {
          await register(request, ADA);
          await letterTo(server, ADA.email, 'verify_email');
          await page.goto('/dev/mail');
        },
      },
      {
        name: 'mailbox-letter',
        title: 'A letter in the mailbox',
        shows: 'Its text, its links, and the way to its HTML.',
        async reach({ page }) {
          await page.getByRole('main').getByRole('listitem').getByRole('link').click();
          await expect(page.locator('pre')).toBeVisible();
        },
      },
      plain('mailbox-templates', '/dev/mail/preview', 'Every letter that there is', 'With made-up facts, to see what a change of its words comes to.'),
    ],
  },
];

/** Each letter by its occasion, as mail programs show it. */
const LETTERS: Readonly<Record<string, readonly [title: string, shows: string]>> = {
  verify_email: ['Confirm your email address', 'To who has registered: a link, and a code for who is signed in.'],
  confirm_sign_up: ['Finish creating your account', 'To who has registered, where an address is proven before there is an account.'],
  address_taken: ['You have an account already', 'To the owner of an address that somebody has registered with, there.'],
  reset_password: ['Choose another password', 'To who has forgotten theirs.'],
  sign_in: ['Your link to sign in', 'To who signs in by a letter.'],
  confirm_new_email: ['Confirm your new email address', 'To the address that an account is to have.'],
  email_changed: ['Your email address was changed', 'To the former address, which can take it back.'],
  recover_account: ['Get your account back', 'To the former address, once the owner has said that something was not them.'],
  password_changed: ['Your password was changed', 'To the owner, who says if it was not them.'],
  new_device: ['Somebody signed in from a new browser', 'To the owner, where a browser was not seen before.'],
  token_reused: ['We stopped a session of yours', 'To the owner, after a theft.'],
  deletion_planned: ['Your account is going to be deleted', 'To who has asked for it, with the day.'],
  deleted: ['Your account was deleted', 'The last letter.'],
};

function nameOfLetter(occasion: string): string {
  return `letter-${occasion.replaceAll('_', '-')}`;
}

const SHELVES: readonly Shelf[] = [
  ...SCENES,
  {
    title: 'Letters',
    screens: Object.entries(LETTERS).map(([occasion, [title, shows]]) => ({ name: nameOfLetter(occasion), title: `“${title}”`, shows })),
  },
];

test('the page that shows the pictures is what is written of its list, and shows all of them', async () => {
  const gallery = galleryOf(SHELVES, 'screenshots', MADE);
  if (process.env.SCREENSHOTS) {
    await writeFile(GALLERY, gallery);
    return;
  }
  expect(await readFile(GALLERY, 'utf8'), '`make screenshots` writes it').toBe(gallery);
  const names = SHELVES.flatMap(({ screens }) => screens.map(({ name }) => name));
  const files = names.flatMap((name) => SCHEMES.flatMap((scheme) => WIDTHS.map((width) => fileOf(name, scheme, width))));
  expect((await readdir(PICTURES)).sort()).toEqual(files.sort());
});

for (const colorScheme of SCHEMES) {
  for (const width of WIDTHS) {
    test.describe(`${colorScheme}, ${width} px`, () => {
      test.skip(!process.env.SCREENSHOTS, 'pictures are written only when they are asked for');
      test.use({ ...SIZES[width], colorScheme });

      for (const { title, settings, screens } of SCENES) {
        test.describe(() => {
          test.use({ settings: settings ?? {} });

          test(`${title}, ${colorScheme}, ${width} px`, async ({ page, request, server, thief, browserConsole, browser }) => {
            test.slow();
            const blank = await (await browser.newContext()).newPage();
            for (const { name, reach } of screens) {
              await reach({ page, request, server, thief, browserConsole });
              const picture = await page.screenshot({ animations: 'disabled', caret: 'hide' });
              await writePicture(blank, picture, PICTURES + fileOf(name, colorScheme, width));
            }
            await blank.context().close();
            // The page of the API shows what goes along with a request; nothing looks for tokens there any more.
            await page.goto('about:blank');
          });
        });
      }

      test(`the letters, ${colorScheme}, ${width} px`, async ({ server, browser }) => {
        test.slow();
        // No page of ours, so that no guard runs a script in what is to run none.
        const program = await (await browser.newContext({ ...SIZES[width], colorScheme, baseURL: server.url })).newPage();
        const blank = await (await browser.newContext()).newPage();
        await program.goto('/dev/mail/preview');
        const listed = await program.getByRole('main').getByRole('listitem').getByRole('link').allTextContents();
        expect(listed, 'each letter is shown').toEqual(Object.values(LETTERS).map(([title]) => title));
        for (const occasion of Object.keys(LETTERS)) {
          await program.goto(`/dev/mail/preview/${occasion}/html`);
          const picture = await program.screenshot({ animations: 'disabled' });
          await writePicture(blank, picture, PICTURES + fileOf(nameOfLetter(occasion), colorScheme, width));
        }
        await Promise.all([program.context().close(), blank.context().close()]);
      });
    });
  }
}
