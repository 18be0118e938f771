declare module "*.css?inline" {
  /** The minified style sheet. */
  const css: string;
  export default css;
}
