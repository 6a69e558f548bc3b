import { Channels } from "./channels";
import { Routes } from "./routes";

/** Where notifications go: channels, and who gets what. */
export function Notifications() {
  return (
    <>
      <Channels />
      <Routes />
    </>
  );
}
