package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"tipbox/intake"
	"tipbox/templates"
)

func boardPath(u *intake.Unit) string { return "/b/" + u.ID }

// showBoard answers with what a unit tells its village. It counts nothing, and tells
// nothing: who only reads here and who has sent look the same.
func (a *app) showBoard(c echo.Context) error {
	u := a.Directory.Unit(c.Param("unit"))
	if u == nil || len(u.Board) == 0 {
		return echo.ErrNotFound
	}
	v := &templates.Board{Page: a.page(c, u, boardPath(u)), Notices: u.Board}
	v.Board = ""
	c.Response().Header().Set("Content-Security-Policy", a.boardPolicy)
	return a.answer(c, http.StatusOK, v)
}
