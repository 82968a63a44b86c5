/* C++ only: CSentencePiece includes the headers and vends C. */
