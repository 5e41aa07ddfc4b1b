/** A form of a page: where it posts to, and the token that goes with it as `csrf`. */
export interface Form {
  readonly action: string;
  readonly csrf: string;
}

/** How a code travels; `otp` is the authenticator app. */
export type Way = 'sms' | 'voice' | 'email' | 'otp';

/** What a code can be asked by. */
export interface WayEntry {
  /** The wire's id: value of the field `authenticator`. */
  readonly id: string;
  readonly way: Way;
  /** Masked number or address. */
  readonly name: string | undefined;
}

/** A line of the security settings. */
export interface SettingsEntry {
  readonly id: string;
  /** `otp`, `phone`, `email`. */
  readonly kind: string;
  readonly name: string | undefined;
  readonly usable: boolean;
  readonly createdAt: Date;
  readonly usedAt: Date | undefined;
}

/** A device that is not asked for a second factor. */
export interface DeviceEntry {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly usedAt: Date;
}

/** What a page shows, as data: what the host's own renderer gets. Paths are of this origin. */
export type View =
  | {
      readonly page: 'login';
      readonly form: Form;
      readonly username: string;
      readonly error?: string | undefined;
    }
  | {
      readonly page: 'enroll';
      readonly form: Form;
      /** Somebody logged in adds one more. */
      readonly adding: boolean;
      readonly ways: readonly Way[];
      readonly values: {
        readonly method?: string | undefined;
        readonly phone?: string | undefined;
        readonly email?: string | undefined;
      };
      readonly error?:
        | { readonly field: 'method' | 'phone' | 'email'; readonly text: string }
        | undefined;
      /** Where "cancel" leads, when there is something to go back to. */
      readonly back?: string | undefined;
    }
  | {
      readonly page: 'app';
      readonly form: Form;
      /** SVG of the QR code. */
      readonly qr: string;
      readonly secret: string;
      readonly digits: number;
      readonly error?: string | undefined;
      /** Form that goes back to the choice. */
      readonly again: Form;
    }
  | {
      readonly page: 'code';
      readonly form: Form;
      readonly way: Way;
      readonly name: string | undefined;
      readonly digits: number;
      /** What the code confirms, when it is bound to an action. */
      readonly action?: string | undefined;
      readonly error?: string | undefined;
      /** Form that sends the code again, and in how many seconds it may. */
      readonly resend?:
        | { readonly form: Form; readonly authenticator: string; readonly inSeconds: number }
        | undefined;
      /** Link to the other ways. */
      readonly other?: string | undefined;
      /** Form that goes back to the choice. */
      readonly again?: Form | undefined;
      /** Whether this device may be trusted: field `trust`. */
      readonly mayTrust: boolean;
    }
  | {
      readonly page: 'ways';
      readonly form: Form;
      readonly ways: readonly WayEntry[];
      /** Link to the recovery code. */
      readonly recovery?: string | undefined;
      readonly action?: string | undefined;
      readonly error?: string | undefined;
    }
  | {
      readonly page: 'step-up';
      readonly form: Form;
      readonly returnTo: string;
      /** What is about to be confirmed. */
      readonly action?: string | undefined;
      readonly cancel: string;
    }
  | {
      readonly page: 'recovery';
      readonly form: Form;
      readonly other: string;
      readonly error?: string | undefined;
    }
  | { readonly page: 'recovery-code'; readonly form: Form; readonly code: string }
  | {
      readonly page: 'security';
      readonly entries: readonly SettingsEntry[];
      readonly hasRecoveryCode: boolean;
      /** Link to the page that adds one. */
      readonly add: string;
      /** The page that asks before one is removed; `?id=` is appended. */
      readonly remove: string;
      readonly recovery: Form;
      /** Undefined when the host does not offer it. */
      readonly devices?: readonly DeviceEntry[] | undefined;
      readonly forget: Form;
      readonly back: string;
      readonly notice?: string | undefined;
    }
  | {
      readonly page: 'remove';
      readonly form: Form;
      readonly entry: SettingsEntry;
      readonly cancel: string;
      readonly error?: string | undefined;
    }
  | {
      readonly page: 'resubmit';
      /** The request that was held back, to be sent again. */
      readonly url: string;
      readonly fields: readonly (readonly [name: string, value: string])[];
      readonly action: string;
    }
  | {
      readonly page: 'error';
      readonly text: string;
      readonly next: { readonly href: string; readonly label: string };
    };
