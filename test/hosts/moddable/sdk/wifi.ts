/** The SDK's `wifi`, which can be an access point. */
export const accessPoints: object[] = [];

export default {
  accessPoint(options: object): void {
    accessPoints.push(options);
  },
};
