package web

import (
	"net/http"
	"regexp"

	"github.com/labstack/echo/v4"

	"tipbox/templates"
)

// alertToken is how the token of an alert looks; no site's code is as long.
var alertToken = regexp.MustCompile(`^[a-z2-7]{39}$`)

// showAlert answers an alert's link with the page that has the button, and does
// nothing: programs that show previews open links too.
func (a *app) showAlert(c echo.Context) error {
	if !alertToken.MatchString(c.Param("token")) {
		return a.show(c)
	}
	return a.answer(c, http.StatusOK, &templates.Alert{Action: c.Request().URL.Path})
}

// takeAlert is what the button does. It answers the same to every token: no one is
// told which are good. A form on another site's page may press it as well, if it
// knows the token.
func (a *app) takeAlert(c echo.Context) error {
	token := c.Param("token")
	if !alertToken.MatchString(token) {
		return a.take(c)
	}
	a.Acknowledge(token)
	return a.answer(c, http.StatusOK, &templates.Alert{Done: true})
}
