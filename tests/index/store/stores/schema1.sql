BEGIN TRANSACTION;
CREATE TABLE chunks (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	version_id INTEGER NOT NULL, 
	start INTEGER NOT NULL, 
	"end" INTEGER NOT NULL, 
	pages JSON NOT NULL, 
	heading JSON NOT NULL, 
	FOREIGN KEY(version_id) REFERENCES versions (id)
);
INSERT INTO "chunks" VALUES(2,2,7,117,'[[1, 0, 50], [2, 50, 90]]','["Tides"]');
CREATE TABLE locations (
	location TEXT NOT NULL, 
	document_id TEXT NOT NULL, 
	file_hash TEXT NOT NULL, 
	size INTEGER NOT NULL, 
	modified_ns INTEGER NOT NULL, 
	PRIMARY KEY (location)
);
INSERT INTO "locations" VALUES('memory:tides','9d670b83b4ec','d1eb7939a384ddcc460b32c0b52d0bca52562faf314e9201c99d73529345c1d4',117,0);
CREATE TABLE meta (
	"key" TEXT NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "meta" VALUES('schema','1');
INSERT INTO "meta" VALUES('generation','3');
INSERT INTO "meta" VALUES('embedding','all-MiniLM-L6-v2');
INSERT INTO "meta" VALUES('dimension','384');
CREATE TABLE texts (
	version_id INTEGER NOT NULL, 
	part INTEGER NOT NULL, 
	text TEXT NOT NULL, 
	PRIMARY KEY (version_id, part), 
	FOREIGN KEY(version_id) REFERENCES versions (id)
);
INSERT INTO "texts" VALUES(1,0,'Tides

The harbour gates closed at noon on Monday.

A lantern of brass costs forty crowns.');
INSERT INTO "texts" VALUES(2,0,'Tides

The harbour gates closed at noon on Monday.

A lantern of brass costs forty crowns.

The bridge opens at dawn.');
CREATE TABLE versions (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	document_id TEXT NOT NULL, 
	hash TEXT NOT NULL, 
	state TEXT NOT NULL, 
	title TEXT NOT NULL, 
	author TEXT, 
	date TEXT, 
	date_start INTEGER, 
	date_end INTEGER, 
	source TEXT, 
	media_type TEXT NOT NULL, 
	pages JSON NOT NULL, 
	headings JSON NOT NULL, 
	page_count INTEGER NOT NULL, 
	characters INTEGER NOT NULL, 
	added TEXT NOT NULL
);
INSERT INTO "versions" VALUES(1,'9d670b83b4ec','c39b862b3300b4b4cd2bc2e6ed62134750e2d9b40e3bf7dce43f5ffe45c43a35','replaced','Tides','A. Keeper','2024-05',NULL,NULL,NULL,'application/pdf','[[1, 0, 50], [2, 50, 90]]','[[1, 0, 5]]',2,90,'2026-11-24T14:56:08+00:00');
INSERT INTO "versions" VALUES(2,'9d670b83b4ec','d1eb7939a384ddcc460b32c0b52d0bca52562faf314e9201c99d73529345c1d4','live','Tides',NULL,NULL,NULL,NULL,NULL,'application/pdf','[[1, 0, 50], [2, 50, 90]]','[[1, 0, 5]]',2,117,'2026-11-24T14:56:08+00:00');
CREATE INDEX ix_versions_state ON versions (state);
CREATE INDEX ix_versions_document_id ON versions (document_id);
CREATE INDEX ix_versions_hash ON versions (hash);
CREATE INDEX ix_locations_document_id ON locations (document_id);
CREATE INDEX ix_locations_file_hash ON locations (file_hash);
CREATE INDEX ix_chunks_version_id ON chunks (version_id);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('versions',2);
INSERT INTO "sqlite_sequence" VALUES('chunks',2);
COMMIT;
