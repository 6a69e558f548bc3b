import { Modal } from "@mantine/core";
import type { ReactNode } from "react";

interface Props {
  title: string;
  opened: boolean;
  onClose: () => void;
  /** Wider than a question, for forms that need it. */
  size?: string;
  children: ReactNode;
}

/** A question or a form above the page. Its head is no landmark: the page has its own. */
export function Dialog({ title, opened, onClose, size = "md", children }: Props) {
  return (
    <Modal.Root opened={opened} onClose={onClose} size={size} centered>
      <Modal.Overlay />
      <Modal.Content radius="lg">
        <Modal.Header component="div">
          <Modal.Title>{title}</Modal.Title>
          <Modal.CloseButton aria-label="Close" />
        </Modal.Header>
        <Modal.Body>{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
