house_fuzz(NAME config LIBS app SEEDS ${CMAKE_SOURCE_DIR}/etc ${CMAKE_SOURCE_DIR}/correlate/operators.ini
    ${CMAKE_CURRENT_SOURCE_DIR}/seeds/config)
house_fuzz(NAME script LIBS app SEEDS ${FIXTURES}/story/script)
house_fuzz(NAME observation LIBS app SEEDS ${CMAKE_CURRENT_SOURCE_DIR}/seeds/observation)
