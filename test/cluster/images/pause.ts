import { versions } from '../versions.ts';

/** The image of the container that holds a pod's namespaces. */
export const pauseImage = `localhost/teamwork-proxy-pause:${versions.pause}`;
