house_fuzz(NAME mbox LIBS ingest SEEDS ${FIXTURES}/story ${CMAKE_CURRENT_SOURCE_DIR}/seeds/mbox)
house_fuzz(NAME stamp LIBS ingest parsers SEEDS ${CMAKE_CURRENT_SOURCE_DIR}/seeds/stamp ${FIXTURES}/mails)
house_fuzz(NAME oauth LIBS ingest SEEDS ${CMAKE_CURRENT_SOURCE_DIR}/seeds/oauth)
house_fuzz(NAME lmtp LIBS ingest SEEDS ${CMAKE_CURRENT_SOURCE_DIR}/seeds/lmtp)
