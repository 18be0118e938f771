import type { Shop } from "../../domain/shop.ts";
import { openDemoShop } from "./demo.ts";
import { type HttpShopOptions, openHttpShop } from "./http.ts";

/** Which shop the assistant looks things up in: the one that is shipped, or the shop's own behind HTTP. */
export type ShopAccess =
  | { readonly kind: "demo"; readonly catalogue?: string | undefined }
  | ({ readonly kind: "http" } & HttpShopOptions);

/** `now` in epoch milliseconds. @throws {Error} one sentence when the catalogue or the address cannot be used */
export function openShop(access: ShopAccess, now: () => number): Shop & AsyncDisposable {
  switch (access.kind) {
    case "demo":
      return openDemoShop({ catalogue: access.catalogue, now });
    case "http":
      return openHttpShop(access);
    default:
      return access satisfies never;
  }
}
