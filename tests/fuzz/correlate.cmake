# The bytes are choices, not a format: any file is a seed.
house_fuzz(NAME confirm LIBS correlate SEEDS ${CMAKE_SOURCE_DIR}/correlate ${CMAKE_SOURCE_DIR}/tests/unit/correlate)
house_fuzz(NAME inventory LIBS correlate SEEDS ${FIXTURES}/inventories)
