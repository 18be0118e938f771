import { generateKeyPairSync, sign } from "node:crypto";

/** A fresh key and a certificate for 127.0.0.1 signed with it, both PEM, valid for a day around now. */
export function makeCertificate(): { readonly key: string; readonly cert: string } {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const body = certificateBody(publicKey.export({ type: "spki", format: "der" }));
  const signature = sign("sha256", body, privateKey);
  const der = sequence(body, ecdsaWithSha256, tagged(0x03, Buffer.from([0]), signature));
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n"),
  };
}

const dayMs = 86_400_000;
const ecdsaWithSha256 = sequence(objectId("2a8648ce3d040302"));

/** The signed part of an X.509 certificate (RFC 5280), in DER. */
function certificateBody(publicKey: Buffer): Buffer {
  const name = sequence(tagged(0x31, sequence(objectId("550403"), tagged(0x0c, Buffer.from("tidegate test")))));
  const validity = sequence(utcTime(Date.now() - dayMs), utcTime(Date.now() + dayMs));
  const addresses = sequence(tagged(0x87, Buffer.from([127, 0, 0, 1])));
  const subjectAltName = sequence(objectId("551d11"), tagged(0x04, addresses));
  const version = tagged(0xa0, tagged(0x02, Buffer.from([2])));
  const serial = tagged(0x02, Buffer.from([1]));
  const extensions = tagged(0xa3, sequence(subjectAltName));
  return sequence(version, serial, ecdsaWithSha256, name, validity, name, publicKey, extensions);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, ...parts);
}

function objectId(hex: string): Buffer {
  return tagged(0x06, Buffer.from(hex, "hex"));
}

function utcTime(at: number): Buffer {
  const digits = new Date(at).toISOString().replace(/\D/g, "").slice(2, 14);
  return tagged(0x17, Buffer.from(`${digits}Z`));
}

function tagged(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
