house_fuzz(NAME mbox LIBS ingest SEEDS ${FIXTURES}/story ${CMAKE_CURRENT_SOURCE_DIR}/seeds/mbox)
