-- Bill diffs by service, account and charge type, each as a whole; not known of earlier ones.
ALTER TABLE bill_changes ADD COLUMN sums TEXT;
