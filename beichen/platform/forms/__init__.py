"""The question engine: frozen form versions and their answers, for check-ins and reviews.

`schema` holds the typed questions and checks answers, without Django. A form in use never changes: a change is a new
version. Answers belong to the area that asks; each question names the row of the table of rights that guards its
answer, so that an area keeps them in tables of the right class (`Form.rows`, `split_by_row`).
"""
