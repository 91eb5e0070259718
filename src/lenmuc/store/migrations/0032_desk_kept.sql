-- The desk keeps its counts until something under them changes; rounds are under what is worth a second look.
CREATE TRIGGER public_change AFTER INSERT OR UPDATE OR DELETE ON round
    FOR EACH STATEMENT EXECUTE FUNCTION note_public_change('other');
CREATE TRIGGER public_change AFTER INSERT OR UPDATE OR DELETE ON round_agency
    FOR EACH STATEMENT EXECUTE FUNCTION note_public_change('other');
CREATE TRIGGER public_change AFTER INSERT OR UPDATE OR DELETE ON confirmation
    FOR EACH STATEMENT EXECUTE FUNCTION note_public_change('other');
