import { type DialogProps, Modal } from "../staff/dialog.tsx";
import { useScene, useWords } from "./scene.tsx";

/** A dialog of the console: closing it asks for none. */
export function Dialog(props: DialogProps) {
  const { acts } = useScene();
  return <Modal {...props} words={useWords()} onClose={() => acts.ask(null)} />;
}
