export function mount() { return {open(){console.log("x")}}; }
