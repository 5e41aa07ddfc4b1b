export { type ConsoleSenderOptions, consoleSender } from './console.js';
export {
  type OutboxMessage,
  type OutboxSender,
  type OutboxSenderOptions,
  outboxSender,
} from './outbox.js';
export { type WebhookSenderOptions, webhookSender } from './webhook.js';
