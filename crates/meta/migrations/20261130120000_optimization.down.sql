DROP TABLE spot_exclusions;
DROP TABLE waste_dismissals;
