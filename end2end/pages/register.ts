import type { Locator, Page } from '@playwright/test';
import type { Person } from '../fixtures/person';
import { CredentialForm } from './credential-form';

export class RegisterPage extends CredentialForm {
  readonly username: Locator;
  readonly email: Locator;
  readonly submit: Locator;
  readonly signIn: Locator;

  constructor(page: Page) {
    super(page, '/register', 'Create an account');
    const main = page.getByRole('main');
    this.username = page.getByLabel('Username', { exact: true });
    this.email = page.getByLabel('Email', { exact: true });
    this.submit = main.getByRole('button', { name: /^Creat(e|ing) account/ });
    this.signIn = main.getByRole('link', { name: 'Sign in' });
  }

  async fill(person: Person): Promise<void> {
    await this.username.fill(person.username);
    await this.email.fill(person.email);
    await this.password.fill(person.password);
    await this.submit.click();
  }
}
