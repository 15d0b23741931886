"""Reach people, at most once per attempt: gate, ledger, letters, dispatch, reconciler."""
