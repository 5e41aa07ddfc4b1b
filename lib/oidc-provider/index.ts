export { type FinishOptions, finishInteraction } from './finish-interaction.js';
export type { InteractionDetails, InteractionHost, InteractionLogin } from './interaction.js';
