"""What every view needs: doors, errors, filters, paging, languages. Knows Flask and no capability."""
