import { z } from 'zod';

export const noneOptions = z.strictObject({
  url: z
    .string()
    .min(1)
    .optional()
    .describe('where the Docker of the host answers, such as tcp://192.0.2.10:2376')
    .meta({ flag: '--url' }),
});
