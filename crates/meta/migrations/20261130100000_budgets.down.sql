DROP TABLE budget_periods;
DROP TABLE budgets;
