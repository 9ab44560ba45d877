BEGIN TRANSACTION;
CREATE TABLE alert (id TEXT PRIMARY KEY, at INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO "alert" VALUES('a-fire-1/1',1795419553598,'{"at":1795419553598,"audience":["flat","neighbours","guards"],"because":["a-3-B-smoke"],"block":"a","contradiction":false,"hazard":"fire","id":"a-fire-1/1","incident":"a-fire-1","late":false,"places":[{"block":"a","flat":"B","floor":"3"}],"repetition":0,"rule":"first-detector","stage":"investigate"}');
INSERT INTO "alert" VALUES('a-fire-1/2',1795419553607,'{"at":1795419553607,"audience":["block","guards","wardens","office"],"because":["a-3-B-smoke","a-3-C-smoke"],"block":"a","contradiction":false,"hazard":"fire","id":"a-fire-1/2","incident":"a-fire-1","late":false,"places":[{"block":"a","flat":"B","floor":"3"},{"block":"a","flat":"C","floor":"3"}],"repetition":0,"rule":"near-flats","stage":"confirmed"}');
INSERT INTO "alert" VALUES('b-fire-1/1',1795419554608,'{"at":1795419554608,"audience":["flat","neighbours","guards"],"because":["b-2-A-smoke"],"block":"b","contradiction":false,"hazard":"fire","id":"b-fire-1/1","incident":"b-fire-1","late":false,"places":[{"block":"b","flat":"A","floor":"2"}],"repetition":0,"rule":"first-detector","stage":"investigate"}');
INSERT INTO "alert" VALUES('c-fire-1/1',1795419554617,'{"at":1795419554617,"audience":["flat","neighbours","guards"],"because":["c-1-D-smoke"],"block":"c","contradiction":false,"hazard":"fire","id":"c-fire-1/1","incident":"c-fire-1","late":false,"places":[{"block":"c","flat":"D","floor":"1"}],"repetition":0,"rule":"first-detector","stage":"investigate"}');
CREATE TABLE cursor (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), sequence INTEGER NOT NULL);
INSERT INTO "cursor" VALUES(1,4);
CREATE TABLE delivery (
    alert TEXT NOT NULL REFERENCES alert (id) ON DELETE CASCADE,
    contact TEXT NOT NULL,
    incident TEXT NOT NULL,
    target TEXT NOT NULL,
    channel TEXT NOT NULL,
    rank INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    attempted_at INTEGER,
    accepted_at INTEGER,
    error TEXT,
    PRIMARY KEY (alert, contact)
);
INSERT INTO "delivery" VALUES('a-fire-1/1','siren/a-desk-siren','a-fire-1','siren/a-desk-siren','siren',-1,1,'accepted',1,1795419553605,1795419553605,1795419553605,1795419553646,NULL);
INSERT INTO "delivery" VALUES('a-fire-1/1','siren/a-3-A-siren','a-fire-1','siren/a-3-A-siren','siren',1,1,'accepted',1,1795419553605,1795419553605,1795419553605,1795419553656,NULL);
INSERT INTO "delivery" VALUES('a-fire-1/2','siren/a-3-A-siren','a-fire-1','siren/a-3-A-siren','siren',1,2,'accepted',1,1795419553618,1795419553618,1795419553618,1795419553656,NULL);
INSERT INTO "delivery" VALUES('a-fire-1/2','siren/a-5-A-siren','a-fire-1','siren/a-5-A-siren','siren',4,2,'accepted',1,1795419553618,1795419553618,1795419553618,1795419553656,NULL);
INSERT INTO "delivery" VALUES('a-fire-1/2','siren/a-6-A-siren','a-fire-1','siren/a-6-A-siren','siren',6,2,'accepted',1,1795419553618,1795419553618,1795419553618,1795419553688,NULL);
INSERT INTO "delivery" VALUES('a-fire-1/2','siren/a-1-A-siren','a-fire-1','siren/a-1-A-siren','siren',5,2,'accepted',1,1795419553618,1795419553618,1795419553618,1795419553656,NULL);
INSERT INTO "delivery" VALUES('a-fire-1/2','siren/a-4-A-siren','a-fire-1','siren/a-4-A-siren','siren',2,2,'accepted',1,1795419553618,1795419553618,1795419553618,1795419553656,NULL);
INSERT INTO "delivery" VALUES('a-fire-1/2','siren/a-desk-siren','a-fire-1','siren/a-desk-siren','siren',1,2,'accepted',1,1795419553618,1795419553618,1795419553618,1795419553656,NULL);
INSERT INTO "delivery" VALUES('a-fire-1/2','siren/a-2-A-siren','a-fire-1','siren/a-2-A-siren','siren',3,2,'accepted',1,1795419553618,1795419553618,1795419553618,1795419553656,NULL);
INSERT INTO "delivery" VALUES('b-fire-1/1','siren/b-2-A-siren','b-fire-1','siren/b-2-A-siren','siren',0,3,'accepted',1,1795419554616,1795419554616,1795419554616,1795419554630,NULL);
INSERT INTO "delivery" VALUES('b-fire-1/1','siren/b-desk-siren','b-fire-1','siren/b-desk-siren','siren',-1,3,'accepted',1,1795419554616,1795419554616,1795419554616,1795419554630,NULL);
INSERT INTO "delivery" VALUES('c-fire-1/1','siren/c-1-A-siren','c-fire-1','siren/c-1-A-siren','siren',1,4,'accepted',1,1795419554625,1795419554625,1795419554625,1795419554672,NULL);
INSERT INTO "delivery" VALUES('c-fire-1/1','siren/c-desk-siren','c-fire-1','siren/c-desk-siren','siren',-1,4,'accepted',1,1795419554625,1795419554625,1795419554625,1795419554633,NULL);
CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
INSERT INTO "grdb_migrations" VALUES('outbox, told, records');
CREATE TABLE record (sequence INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL);
INSERT INTO "record" VALUES(1,'{"at":1795419553656,"details":{"alert":"a-fire-1/1","channel":"siren","contacts":"siren/a-desk-siren siren/a-3-A-siren","of":"2","told":"2","took":"51 ms"},"estate":"demo","event":"delivery","incident":"a-fire-1","level":"info","place":{"block":"a"},"stage":"investigate","text":{"en":"Block A: 2 of 2 sirens sounded in 51 ms (#a-fire-1/1)","zh-Hant":"A座：2/2 個警笛已響起，用時 51 毫秒（#a-fire-1/1）"}}');
INSERT INTO "record" VALUES(2,'{"at":1795419553688,"details":{"alert":"a-fire-1/2","channel":"siren","contacts":"siren/a-3-A-siren siren/a-desk-siren siren/a-4-A-siren siren/a-2-A-siren siren/a-5-A-siren siren/a-1-A-siren siren/a-6-A-siren","of":"7","told":"7","took":"70 ms"},"estate":"demo","event":"delivery","incident":"a-fire-1","level":"info","place":{"block":"a"},"stage":"confirmed","text":{"en":"Block A: 7 of 7 sirens sounded in 70 ms (#a-fire-1/2)","zh-Hant":"A座：7/7 個警笛已響起，用時 70 毫秒（#a-fire-1/2）"}}');
INSERT INTO "record" VALUES(3,'{"at":1795419554630,"details":{"alert":"b-fire-1/1","channel":"siren","contacts":"siren/b-desk-siren siren/b-2-A-siren","of":"2","told":"2","took":"14 ms"},"estate":"demo","event":"delivery","incident":"b-fire-1","level":"info","place":{"block":"b"},"stage":"investigate","text":{"en":"Block B: 2 of 2 sirens sounded in 14 ms (#b-fire-1/1)","zh-Hant":"B座：2/2 個警笛已響起，用時 14 毫秒（#b-fire-1/1）"}}');
INSERT INTO "record" VALUES(4,'{"at":1795419554672,"details":{"alert":"c-fire-1/1","channel":"siren","contacts":"siren/c-desk-siren siren/c-1-A-siren","of":"2","told":"2","took":"47 ms"},"estate":"demo","event":"delivery","incident":"c-fire-1","level":"info","place":{"block":"c"},"stage":"investigate","text":{"en":"Block C: 2 of 2 sirens sounded in 47 ms (#c-fire-1/1)","zh-Hant":"C座：2/2 個警笛已響起，用時 47 毫秒（#c-fire-1/1）"}}');
CREATE TABLE told (
    incident TEXT NOT NULL,
    target TEXT NOT NULL,
    stage TEXT NOT NULL,
    nearness INTEGER NOT NULL,
    contradiction INTEGER NOT NULL,
    exercise INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (incident, target)
) WITHOUT ROWID;
INSERT INTO "told" VALUES('a-fire-1','g-a','confirmed',1000,0,0,1795419553618);
INSERT INTO "told" VALUES('a-fire-1','r-a-1-A','confirmed',5,0,0,1795419553618);
INSERT INTO "told" VALUES('a-fire-1','r-a-2-A','confirmed',3,0,0,1795419553618);
INSERT INTO "told" VALUES('a-fire-1','r-a-3-A','confirmed',1,0,0,1795419553618);
INSERT INTO "told" VALUES('a-fire-1','r-a-4-A','confirmed',2,0,0,1795419553618);
INSERT INTO "told" VALUES('a-fire-1','r-a-5-A','confirmed',4,0,0,1795419553618);
INSERT INTO "told" VALUES('a-fire-1','r-a-6-A','confirmed',6,0,0,1795419553618);
INSERT INTO "told" VALUES('a-fire-1','siren/a-1-A-siren','confirmed',5,0,0,1795419553618);
INSERT INTO "told" VALUES('a-fire-1','siren/a-2-A-siren','confirmed',3,0,0,1795419553618);
INSERT INTO "told" VALUES('a-fire-1','siren/a-3-A-siren','confirmed',1,0,0,1795419553618);
INSERT INTO "told" VALUES('a-fire-1','siren/a-4-A-siren','confirmed',2,0,0,1795419553618);
INSERT INTO "told" VALUES('a-fire-1','siren/a-5-A-siren','confirmed',4,0,0,1795419553618);
INSERT INTO "told" VALUES('a-fire-1','siren/a-6-A-siren','confirmed',6,0,0,1795419553618);
INSERT INTO "told" VALUES('a-fire-1','siren/a-desk-siren','confirmed',1000,0,0,1795419553618);
INSERT INTO "told" VALUES('b-fire-1','g-b','investigate',1000,0,0,1795419554616);
INSERT INTO "told" VALUES('b-fire-1','r-b-2-A','investigate',0,0,0,1795419554616);
INSERT INTO "told" VALUES('b-fire-1','siren/b-2-A-siren','investigate',0,0,0,1795419554616);
INSERT INTO "told" VALUES('b-fire-1','siren/b-desk-siren','investigate',1000,0,0,1795419554616);
INSERT INTO "told" VALUES('c-fire-1','g-c','investigate',1000,0,0,1795419554625);
INSERT INTO "told" VALUES('c-fire-1','r-c-1-A','investigate',1,0,0,1795419554625);
INSERT INTO "told" VALUES('c-fire-1','siren/c-1-A-siren','investigate',1,0,0,1795419554625);
INSERT INTO "told" VALUES('c-fire-1','siren/c-desk-siren','investigate',1000,0,0,1795419554625);
CREATE INDEX delivery_open ON delivery (alert) WHERE state IN ('pending', 'sending');
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('record',4);
COMMIT;
