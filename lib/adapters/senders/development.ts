/** Senders that show codes to whoever looks are for development: @throws TypeError `ERR_MFA_DEV_SENDER`. */
export function refuseProduction(name: string): void {
  if (process.env.NODE_ENV !== 'production') return;
  throw Object.assign(
    new TypeError(
      `${name}() shows codes to whoever looks and delivers nothing, so it refuses to run with NODE_ENV=production. Use webhookSender({ url }) or a sender of your own.`,
    ),
    { code: 'ERR_MFA_DEV_SENDER' },
  );
}
