DROP TABLE prices;
DROP TABLE price_files;
